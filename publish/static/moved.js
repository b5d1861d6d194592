// A link to a part that has moved to another page leads there.
{
  const root = new URL(document.documentElement.dataset.content_root ?? ".", location.href);
  const name = decodeURIComponent(location.hash.slice(1));
  const follow = () => {
    const page = window.bookTargets.find((target) => target[5] === name)?.[4];
    const address = page && new URL(`${page}.html`, root);
    if (address && address.pathname !== location.pathname) location.replace(`${address}#${encodeURIComponent(name)}`);
  };
  if (name && !document.getElementById(name)) {
    const script = Object.assign(document.createElement("script"), { src: new URL("_static/targets.js", root), onload: follow });
    document.head.append(script);
  }
}
