import type { IntentKind, IntentStatus } from "../generated/operations";
import { Choice } from "../parts/choice";
import { kinds, kindWords, statuses, statusWords } from "../parts/status";
import { changeQuery } from "../routing";

interface Props {
  readonly status: readonly IntentStatus[];
  readonly kind: readonly IntentKind[];
}

/** The filters are the address: a link to this page is a link to what it shows. */
export function Filters({ status, kind }: Props) {
  return (
    <div className="filters">
      <Choice
        legend="Status"
        options={statuses}
        chosen={status}
        words={statusWords}
        choose={(next) => changeQuery({ status: next })}
      />
      <Choice
        legend="Kind"
        options={kinds}
        chosen={kind}
        words={kindWords}
        choose={(next) => changeQuery({ kind: next })}
      />
    </div>
  );
}
