import { PayoutsChangesDocument, type PayoutsChangesQuery } from "../generated/operations";
import { affiliateHref } from "../routing";
import { useNotes } from "./notes";
import { changeWords } from "./words";

const pick = (data: PayoutsChangesQuery) => data.payoutBatch?.changes;

/** What owners should look at twice: it comes before what they sign. */
export function Changes({ slug, id }: { slug: string; id: string }) {
  const { notes, total, more } = useNotes(PayoutsChangesDocument, id, pick);
  if (notes.length === 0) return null;
  return (
    <section className="card look-twice" aria-labelledby="changes">
      <h2 id="changes">
        Look at these twice <span className="tag">{total}</span>
      </h2>
      <p className="muted small-text">What differs from the last batch that was paid.</p>
      <ul className="notes">
        {notes.map(({ kind, message, affiliate }) => (
          <li key={kind + message + affiliate?.id}>
            <span className={`tag change ${kind.toLowerCase().replaceAll("_", "-")}`}>
              {changeWords[kind]}
            </span>
            <span>
              {affiliate && (
                <a href={affiliateHref(slug, affiliate.id)}>
                  {affiliate.displayName ?? affiliate.referralCode}
                </a>
              )}{" "}
              <span className="break">{message}</span>
            </span>
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" className="more" onClick={more}>
          Show all {total}
        </button>
      )}
    </section>
  );
}
