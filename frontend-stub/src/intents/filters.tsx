import { kindWords, statusWords } from "../parts/status";
import { type IntentQuery, intentsHref, kinds, replaceRoute, statuses } from "../routing";

type Props = { readonly slug: string } & IntentQuery;

/** The filters are the address: a link to this page is a link to what it shows. */
export function Filters({ slug, status, kind }: Props) {
  const go = (query: Partial<IntentQuery>) =>
    replaceRoute(intentsHref(slug, { status, kind, ...query }));
  return (
    <div className="filters">
      <Choice
        legend="Status"
        options={statuses}
        chosen={status}
        words={statusWords}
        choose={(next) => go({ status: next })}
      />
      <Choice
        legend="Kind"
        options={kinds}
        chosen={kind}
        words={kindWords}
        choose={(next) => go({ kind: next })}
      />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly options: readonly T[];
  readonly chosen: readonly T[];
  readonly words: Record<T, string>;
  readonly choose: (next: T[]) => void;
}

function Choice<T extends string>({ legend, options, chosen, words, choose }: ChoiceProps<T>) {
  const toggled = (option: T) =>
    options.filter((each) => chosen.includes(each) !== (each === option));
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option} className="chip">
          <input
            type="checkbox"
            checked={chosen.includes(option)}
            onChange={() => choose(toggled(option))}
          />
          {words[option]}
        </label>
      ))}
    </fieldset>
  );
}
