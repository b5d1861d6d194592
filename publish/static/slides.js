// Decks of slides. After a widget was used, the deck has the keys back as soon as another slide is shown. Nothing else
// takes them: the speaker's window shows decks, too, and its keys are its own.
{
  const asked = new URLSearchParams(location.search);
  const deck = new Reveal({
    hash: true,
    width: 1280,
    height: 720,
    margin: 0.03,
    center: false,
    transition: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "fade",
    slideNumber: "c/t",
    showNotes: asked.has("notes") ? "separate-page" : false,
    pdfSeparateFragments: false,
    pdfMaxPagesPerSlide: 1,
    plugins: [RevealNotes],
  });
  deck.on("slidechanged", () => {
    if (!(document.activeElement instanceof HTMLIFrameElement)) return;
    document.activeElement.blur();
    window.focus();
  });
  deck.initialize();
}
