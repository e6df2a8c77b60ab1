import { useCallback } from "react";
import { useQuery } from "urql";
import { OverviewLanesDocument } from "../generated/operations";
import { useWhileVisible } from "../live/while-visible";
import { useMay } from "../shell/access";
import type { Lanes } from "./tasks";

const everyMs = 15_000;

/** The platform's lanes; null until they are known, and for who may not see them. */
export function useLanes(): Lanes | null {
  const may = useMay("MANAGE_PROGRAM");
  const [{ data }, read] = useQuery({ query: OverviewLanesDocument, pause: !may });
  const again = useCallback(() => read({ requestPolicy: "network-only" }), [read]);
  useWhileVisible(may ? again : null, everyMs);
  return data?.systemStatus?.lanes ?? null;
}
