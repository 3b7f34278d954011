/** Places to choose a file, or to drop it. */

/**
 * Calls `use` with each file that is chosen or dropped.
 *
 * @param name in the label's data-for.
 * @param use function of a File.
 */
export function connect(name, use) {
  const label = document.querySelector(`[data-for="${name}"]`);
  const input = label.querySelector("input");
  input.addEventListener("change", () => {
    const [file] = input.files;
    // Else to choose the same file again would change nothing.
    input.value = "";
    if (file) use(file);
  });
  label.addEventListener("dragover", (event) => {
    event.preventDefault();
    label.classList.add("over");
  });
  label.addEventListener("dragleave", () => label.classList.remove("over"));
  label.addEventListener("drop", (event) => {
    event.preventDefault();
    label.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) use(file);
  });
}

/** Files that miss their place do not replace the page. */
export function keepPage() {
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => event.preventDefault());
  }
}
