import { useApi } from "../live/api";
import { useLinkStatus } from "../live/link";
import { absolute } from "../values/time";

const words = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
  stopped: "Live updates stopped",
} as const;

/** Always visible: whether what is on the page is what is true. */
export function LinkMark() {
  const status = useLinkStatus(useApi().link);
  const text =
    status.kind === "stale" ? `Stale since ${clockTime(status.sinceMs)}` : words[status.kind];
  return (
    <span className={`link-mark ${status.kind}`} role="status">
      {text}
    </span>
  );
}

function clockTime(ms: number): string {
  return absolute(new Date(ms).toISOString()).slice(11);
}
