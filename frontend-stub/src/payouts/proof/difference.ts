/** Where the server's answer is not what follows from the rows on the page. */
export interface Difference {
  /** "Safe transaction at nonce 7", "Recipient 3". */
  readonly place: string;
  /** "content hash", "amount". */
  readonly field: string;
  /** What the page computed, or what it has to be. */
  readonly expected: string;
  /** What the server says. */
  readonly found: string;
}

/** Collects what differs at one place. */
export class Comparison {
  readonly differences: Difference[] = [];

  constructor(readonly place: string) {}

  /** Hexadecimal texts are the same in any case. */
  same(field: string, expected: unknown, found: unknown): void {
    const [left, right] = [worded(expected), worded(found)];
    if (folded(left) !== folded(right)) this.differs(field, left, right);
  }

  differs(field: string, expected: string, found: unknown): void {
    this.differences.push({ place: this.place, field, expected, found: worded(found) });
  }

  /** A document, member by member: missing and additional ones count. */
  document(field: string, expected: unknown, found: unknown): void {
    if (!isObject(expected) || !isObject(found)) {
      const kind = isObject(expected) || isObject(found);
      if (kind) this.differs(field, JSON.stringify(expected), JSON.stringify(found));
      else this.same(field, expected, found);
      return;
    }
    if (Array.isArray(expected) !== Array.isArray(found)) {
      this.differs(field, JSON.stringify(expected), JSON.stringify(found));
      return;
    }
    for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      this.document(`${field}.${name}`, own(expected, name), own(found, name));
    }
  }
}

function worded(value: unknown): string {
  if (value === undefined) return "(absent)";
  return typeof value === "string" ? value : String(value);
}

function folded(text: string): string {
  return /^0x[0-9a-f]*$/i.test(text) ? text.toLowerCase() : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
