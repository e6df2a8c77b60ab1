import { CopyButton } from "../parts/hash";
import { ScrollArea } from "../parts/scroll-area";
import type { Difference } from "./proof/difference";

const shown = 50;
const longest = 90;

/** Why nobody is asked to sign, field by field. */
export function Differences({ differences }: { differences: readonly Difference[] }) {
  const report = differences
    .map(({ place, field, expected, found }) => `${place}, ${field}: ${expected}; server: ${found}`)
    .join("\n");
  return (
    <>
      <div className="notice bad" role="alert">
        <div>
          <p>
            <strong>Do not sign this batch.</strong> What the server wants signed is not what
            follows from the rows on this page, so the page does not ask your wallet.
          </p>
          <p className="muted">
            Reload once: if it stays, show this to whoever runs the platform, and do not sign it
            anywhere else.
          </p>
        </div>
        <CopyButton value={report} what="the differences" />
      </div>
      <ScrollArea label="Differences">
        <table className="differences">
          <caption>
            {differences.length} difference{differences.length === 1 ? "" : "s"}
          </caption>
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">What</th>
              <th scope="col">From this page's rows</th>
              <th scope="col">From the server</th>
            </tr>
          </thead>
          <tbody>
            {differences.slice(0, shown).map(({ place, field, expected, found }) => (
              <tr key={place + field + found}>
                <th scope="row">{place}</th>
                <td>{field}</td>
                <td>
                  <code title={expected}>{shortened(expected, found)}</code>
                </td>
                <td>
                  <code title={found}>{shortened(found, expected)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </>
  );
}

/** A long text from a little before the place where the other one differs. */
function shortened(text: string, other: string): string {
  if (text.length <= longest) return text || "(empty)";
  const same = [...text].findIndex((letter, place) => letter !== other[place]);
  const start = Math.max(0, (same === -1 ? text.length : same) - 12);
  const end = start + longest;
  return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}
