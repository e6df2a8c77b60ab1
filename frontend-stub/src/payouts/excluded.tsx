import { PayoutsExcludedDocument, type PayoutsExcludedQuery } from "../generated/operations";
import { Amount } from "../parts/amount";
import { ScrollArea } from "../parts/scroll-area";
import { Failed } from "../parts/states";
import { useNotes } from "./notes";
import { Payee } from "./payee";

const pick = (data: PayoutsExcludedQuery) => data.payoutBatch?.excluded;

/** Who is owed something and is not paid by this batch. */
export function Excluded({ slug, id }: { slug: string; id: string }) {
  const { notes, total, failure, more, again } = useNotes(PayoutsExcludedDocument, id, pick);
  if (failure) return <Failed failure={failure} retry={again} />;
  if (!notes?.length) return null;
  return (
    <section aria-labelledby="excluded">
      <h2 id="excluded">
        Left out <span className="tag">{total}</span>
      </h2>
      <ScrollArea label="Recipients left out" card>
        <table>
          <caption className="hidden">Who is owed something and is not paid by this batch</caption>
          <thead>
            <tr>
              <th scope="col">Recipient</th>
              <th scope="col" className="right">
                Amount
              </th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {notes.map((note) => (
              <tr key={note.destination + note.amount.amount + note.reason}>
                <th scope="row">
                  <Payee
                    slug={slug}
                    affiliate={note.affiliate}
                    user={note.user}
                    otherwise="Somebody"
                  />
                  <code className="second">{note.destination}</code>
                </th>
                <td className="right">
                  <Amount money={note.amount} />
                </td>
                <td className="reason">{note.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
      {more && (
        <button type="button" className="more" onClick={more}>
          Show more of {total}
        </button>
      )}
    </section>
  );
}
