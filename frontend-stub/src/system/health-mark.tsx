import type { Health } from "../generated/operations";
import { healthWords } from "./words";

const looks: Record<Health, string> = { OK: "confirmed", DEGRADED: "processing", DOWN: "failed" };

/** Told apart by shape and word, not by colour alone. */
export function HealthMark({ health }: { health: Health }) {
  return <span className={`status ${looks[health]}`}>{healthWords[health]}</span>;
}
