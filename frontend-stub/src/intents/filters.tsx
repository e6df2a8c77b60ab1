import { Choice } from "../parts/choice";
import { kinds, kindWords, statuses, statusWords } from "../parts/status";
import { TextFilter } from "../parts/text-filter";
import { changeQuery, intentHref, type Query } from "../routing";
import { type ListFilter, searchFor } from "./list-filter";

interface Props {
  readonly slug: string;
  readonly filter: ListFilter;
  readonly searched: string;
}

const waits = ["STUCK"] as const;
/** A list again, where a key was searched for. */
const choose = (change: Query) => changeQuery({ key: null, ...change });

/** The filters are the address: a link to this page is a link to what it shows. */
export function Filters({ slug, filter, searched }: Props) {
  const search = (text: string) => {
    const found = searchFor(text);
    if (found.kind === "intent") window.location.hash = intentHref(slug, found.id);
    else changeQuery(found.query);
  };
  return (
    <div className="filters">
      <Choice
        legend="Status"
        options={statuses}
        chosen={filter.status}
        words={statusWords}
        choose={(next) => choose({ status: next })}
      />
      <Choice
        legend="Kind"
        options={kinds}
        chosen={filter.kind}
        words={kindWords}
        choose={(next) => choose({ kind: next })}
      />
      <Choice
        legend="Waits"
        options={waits}
        chosen={filter.stuck ? waits : []}
        words={{ STUCK: "Too long" }}
        choose={(next) => choose({ stuck: next.length > 0 ? "yes" : null })}
      />
      <TextFilter label="Id, key, wallet or transaction" value={searched} search={search} />
    </div>
  );
}
