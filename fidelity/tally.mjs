// Counts checks and tells each result as it comes.

import { writeFileSync } from 'node:fs';

export class Tally {
  #name;
  #passed = 0;
  #failed = 0;

  constructor(name) {
    this.#name = name;
  }

  /** Runs one check; what it throws is its failure. */
  async check(what, run) {
    try {
      await run();
      this.passed(what);
    } catch (error) {
      this.failed(what, error);
    }
  }

  passed(what) {
    this.#passed += 1;
    console.log(`ok      ${this.#name}: ${what}`);
  }

  failed(what, why) {
    this.#failed += 1;
    const words = why?.message ?? String(why);
    console.log(`FAILED  ${this.#name}: ${what}\n        ${words.replaceAll('\n', '\n        ')}`);
  }

  /** Leaves the counts where `run` adds them up, and ends the process. */
  end() {
    writeFileSync(process.env.FIDELITY_COUNTS, `${this.#passed} ${this.#failed}\n`);
    process.exit(this.#failed === 0 ? 0 : 1);
  }
}
