import type { PayoutsChangesQuery } from "../generated/operations";
import { Failed, Loading } from "../parts/states";
import type { Notes } from "./notes";
import { Payee } from "./payee";
import { changeWords } from "./words";

type Batch = NonNullable<PayoutsChangesQuery["payoutBatch"]>;
export type Change = Batch["changes"]["nodes"][number];

/** What owners should look at twice: it comes before what they sign. */
export function Changes({ slug, changes }: { slug: string; changes: Notes<Change> }) {
  const { notes, total, failure, more, again } = changes;
  if (failure) return <Failed failure={failure} retry={again} />;
  if (!notes) return <Loading what="what changed since the last batch" />;
  if (notes.length === 0) return null;
  return (
    <section className="card look-twice" aria-labelledby="changes">
      <h2 id="changes">
        Look at these twice <span className="tag">{total}</span>
      </h2>
      <p className="muted small-text">
        What differed from the last batch that was paid, when this one was made.
      </p>
      <ul className="notes">
        {notes.map(({ kind, message, affiliate }) => (
          <li key={kind + message + affiliate?.id}>
            <span className={`tag change ${kind.toLowerCase().replaceAll("_", "-")}`}>
              {changeWords[kind]}
            </span>
            <span>
              <Payee slug={slug} affiliate={affiliate} user={null} otherwise="" />{" "}
              <span className="break">{message}</span>
            </span>
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" className="more" onClick={more}>
          Show more of {total}
        </button>
      )}
    </section>
  );
}
