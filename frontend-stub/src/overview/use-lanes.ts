import { OverviewLanesDocument } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useWhileVisible } from "../live/while-visible";
import { useMay } from "../shell/access";
import type { Lanes } from "./tasks";

const everyMs = 15_000;

/** The platform's lanes; null until they are known, and for who may not see them. */
export function useLanes(): Lanes | null {
  const may = useMay("MANAGE_PROGRAM");
  const { data, again } = useAnswer(OverviewLanesDocument, {}, { pause: !may });
  useWhileVisible(may ? again : null, everyMs);
  return data?.systemStatus?.lanes ?? null;
}
