import { OverviewLanesDocument } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useWhileVisible } from "../live/while-visible";
import { useMay } from "../shell/access";
import type { Failure } from "../values/failure";
import type { Lanes } from "./tasks";

const everyMs = 15_000;

export interface LanesState {
  /** null until they are known, and for who may not see them. */
  readonly lanes: Lanes | null;
  readonly failure: Failure | null;
  readonly again: () => void;
}

/** The platform's lanes. */
export function useLanes(): LanesState {
  const may = useMay("MANAGE_PROGRAM");
  const { data, failure, again } = useAnswer(OverviewLanesDocument, {}, { pause: !may });
  useWhileVisible(may ? again : null, everyMs);
  return { lanes: data?.systemStatus?.lanes ?? null, failure, again };
}
