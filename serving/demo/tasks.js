/** What a section does at the moment, and how it went. */

/** One thing at a time: a new one ends the one before. */
export class Tasks {
  #status;
  #error;
  #current = new AbortController();

  /** @param section name that the ids of its lines begin with. */
  constructor(section) {
    this.#status = document.getElementById(`${section}-status`);
    this.#error = document.getElementById(`${section}-error`);
  }

  /** Ends what is done at the moment. */
  end() {
    this.#current.abort();
  }

  /** Writes the section's line. */
  say(sentence) {
    this.#status.textContent = sentence;
  }

  /**
   * Ends what was done, and does `work`.
   *
   * @param work async function of an AbortSignal; it throws sentences.
   * @returns whether it came to its end.
   */
  async run(work) {
    this.end();
    const { signal } = (this.#current = new AbortController());
    this.#error.textContent = "";
    try {
      await work(signal);
      return true;
    } catch (error) {
      // Of what was ended, nobody wants to know.
      if (signal.aborted) return false;
      this.say("");
      const { message } = error;
      this.#error.textContent = message[0].toUpperCase() + message.slice(1);
      return false;
    }
  }
}
