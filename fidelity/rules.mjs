// The rules of known-false-alarms.json: which complaints of the validator are defects of the documents.

import { readFileSync } from 'node:fs';

const KEYS = ['documents', 'operations', 'location', 'code', 'reason', 'reference'];

/** `*` stands for one part of a location; so the `*` of the recorder stands for itself as well. */
function pattern(text) {
  const literal = (piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${text.split('*').map(literal).join('[^.]*')}$`);
}

export class Rules {
  #rules;

  constructor(file) {
    this.#rules = JSON.parse(readFileSync(file, 'utf8')).map((rule, number) => {
      const missing = KEYS.filter((key) => !rule[key]?.length);
      if (missing.length > 0) {
        throw new Error(`${file}: rule ${number + 1} lacks ${missing.join(', ')}`);
      }
      return {
        rule,
        location: pattern(rule.location),
        // What the rule was needed for, so that one that is too wide shows.
        needed: new Set(),
      };
    });
  }

  /** Whether a rule is about this violation; all that are remember it. */
  know(violation) {
    const fitting = this.#rules.filter(({ rule, location }) =>
      rule.documents.includes(violation.document)
      && rule.code === violation.code
      && rule.operations.includes(violation.operation)
      // A rule about a status is about that one only.
      && (rule.status === undefined || rule.status === violation.status)
      && location.test(violation.location));
    for (const one of fitting) one.needed.add(`${violation.document}: ${violation.operation}`);
    return fitting.length > 0;
  }

  /** Where a rule allows a violation that did not occur, as `document: operation`. */
  idle() {
    return this.#rules
      .map(({ rule, needed }) => ({
        rule,
        places: rule.documents
          .flatMap((document) => rule.operations.map((operation) => `${document}: ${operation}`))
          .filter((place) => !needed.has(place)),
      }))
      .filter(({ places }) => places.length > 0);
  }
}
