"""What a class hands out, fills in and grades, made from the chapters: `python -m publish.course`.

nbgrader does the work. `sheets` writes the lab and each chapter's exercises as its source notebooks, `grading` has
it make the students' notebooks of them, `keys` executes what instructors alone see.
"""
