import { Fragment } from "react";
import { CopyButton, Hash } from "../parts/hash";

interface Props {
  /** The server's sentence, with amounts in their currency. */
  readonly text: string;
}

/** Transactions and addresses in it are what a person looks up: each can be copied. */
export function Message({ text }: Props) {
  return (
    <p className="break evidence">
      {partsOf(text).map(({ at, words, found }) => (
        <Fragment key={at}>
          {words}
          {found && (
            <>
              <Hash value={found} />{" "}
              <CopyButton value={found} what={found.length > 42 ? "the hash" : "the address"} />
            </>
          )}
        </Fragment>
      ))}
    </p>
  );
}

/** For lists: what is long shows its ends only. */
export function shortened(text: string): string {
  return partsOf(text)
    .map(({ words, found }) => words + (found ? `${found.slice(0, 6)}…${found.slice(-4)}` : ""))
    .join("");
}

interface Part {
  readonly at: number;
  readonly words: string;
  /** The hash or address that follows the words; none at the end. */
  readonly found?: string;
}

export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/0x(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})(?![0-9a-fA-F])/g)) {
    parts.push({ at, words: text.slice(at, match.index), found: match[0] });
    at = match.index + match[0].length;
  }
  return [...parts, { at, words: text.slice(at) }];
}
