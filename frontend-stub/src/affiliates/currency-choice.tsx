import { changeQuery } from "../routing";

interface Props {
  readonly codes: readonly string[];
  readonly chosen: string;
}

/** Sums are of one currency; a program with one is not asked which. */
export function CurrencyChoice({ codes, chosen }: Props) {
  if (codes.length < 2) return null;
  return (
    <label className="field">
      Currency{" "}
      <select value={chosen} onChange={(event) => changeQuery({ currency: event.target.value })}>
        {codes.map((code) => (
          <option key={code}>{code}</option>
        ))}
      </select>
    </label>
  );
}

/** The one in the address, if the program uses it; else the program's first. */
export function chosenCurrency(query: URLSearchParams, codes: readonly string[]): string {
  const wanted = query.get("currency");
  return codes.find((code) => code === wanted) ?? codes[0] ?? "";
}
