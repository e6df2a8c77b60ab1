import { useQuery } from "urql";
import { ReconciliationMoneyDocument } from "../generated/operations";
import type { Currency } from "./amounts";

const unknown: readonly Currency[] = [];

/** Amounts stay in smallest units until these are read. */
export function useCurrencies(slug: string): readonly Currency[] {
  const [{ data }] = useQuery({ query: ReconciliationMoneyDocument, variables: { slug } });
  return data?.program?.currencies ?? unknown;
}
