import type {
  IntentFailureCode,
  IntentFilter,
  IntentKind,
  IntentStage,
  IntentStatus,
} from "../generated/operations";
import type { ProgramEvent } from "../live/events";
import { kinds, stageWords, statuses } from "../parts/status";
import type { Row } from "./intent-list";

/** What an event of type INTENT says by itself (docs/events.md): enough to show it at once. */
export interface Told {
  readonly id: string;
  readonly at: string;
  readonly status: IntentStatus;
  readonly stage: IntentStage;
  readonly failure: Row["failure"];
  /** Of a new intent; null for what becomes of one. */
  readonly accepted: { readonly kind: IntentKind; readonly wallet: string | null } | null;
}

/** null: it says less than that, and the intent is to be read. */
export function toldBy({ name, at, entityId, data }: ProgramEvent): Told | null {
  const { status, stage, kind, wallet, code, retryable } = (data ?? {}) as Record<string, unknown>;
  if (!entityId || !isOne(statuses, status) || !isOne(stages, stage)) return null;
  const isNew = name === "intent.accepted" && isOne(kinds, kind);
  return {
    id: entityId,
    at,
    status,
    stage,
    failure:
      status === "FAILED" && typeof code === "string"
        ? { code: code as IntentFailureCode, message: "", retryable: retryable === true }
        : null,
    accepted: isNew ? { kind, wallet: typeof wallet === "string" ? wallet : null } : null,
  };
}

/** Whether a new intent belongs on a list. Those that wait too long, or are in a transaction, are no new ones. */
export function belongs({ accepted, status }: Told, filter: IntentFilter): boolean {
  if (!accepted || filter.stuck || filter.transactionHash) return false;
  const ofKind = !filter.kind || filter.kind.includes(accepted.kind);
  const ofStatus = !filter.status || filter.status.includes(status);
  const ofWallet = filter.wallet?.toLowerCase() ?? accepted.wallet?.toLowerCase();
  return ofKind && ofStatus && ofWallet === accepted.wallet?.toLowerCase();
}

const stages = Object.keys(stageWords) as readonly IntentStage[];

function isOne<T extends string>(options: readonly T[], value: unknown): value is T {
  return options.some((option) => option === value);
}
