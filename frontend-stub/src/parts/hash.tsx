import { useState } from "react";

/** A long identifier: its ends on screen, the whole one on hover and on the clipboard. */
export function Hash({ value, href }: { value: string; href?: string | null }) {
  const ends = value.length > 16 ? `${value.slice(0, 6)}…${value.slice(-4)}` : value;
  const text = (
    <code className="hash" title={value}>
      {ends}
    </code>
  );
  // Only a web address is a link: what else a server may say would run in the page.
  if (!href || !/^https?:\/\//.test(href)) return text;
  return (
    <a className="hash-link" href={href} target="_blank" rel="noreferrer">
      {text}
      <span aria-hidden="true"> ↗</span>
      <span className="hidden">in the block explorer</span>
    </a>
  );
}

export function CopyButton({ value, what }: { value: string; what: string }) {
  const [said, say] = useState<string | null>(null);
  const copy = async () => {
    say(await copied(value));
    setTimeout(() => say(null), 1500);
  };
  return (
    <button type="button" className="quiet small" onClick={copy}>
      {said ?? "Copy"}
      <span className="hidden"> {what}</span>
    </button>
  );
}

/** A browser may refuse it, and has no clipboard for pages without TLS. */
async function copied(value: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(value);
    return "Copied";
  } catch {
    return "Not allowed: select it";
  }
}
