import { CurrenciesDocument, type CurrenciesQuery } from "../generated/operations";
import { useAnswer } from "./answer";

export type Currency = NonNullable<CurrenciesQuery["program"]>["currencies"][number];

const unknown: readonly Currency[] = [];

/** Of the program; none until they are read: amounts stay in smallest units, and nobody chooses between them. */
export function useCurrencies(slug: string): readonly Currency[] {
  const { data } = useAnswer(CurrenciesDocument, { slug }, { policy: "cache-first" });
  return data?.program?.currencies ?? unknown;
}
