import { useEffect, useMemo, useState } from "react";
import { IntentProgressedDocument, type IntentProgressFragment } from "../generated/operations";
import { useApi } from "../live/api";
import { followStream } from "../live/stream";
import type { Row } from "./intent-list";
import { isLastProgress } from "./progress";

/** As many as somebody watches at once; older ones move with the next look. */
const mostFollowed = 20;

/** The rows with the newest progress of those that are not over. changed: more of a row is new than its progress. */
export function useSettling(
  rows: readonly Row[] | null,
  changed: () => void,
): readonly Row[] | null {
  const { socket } = useApi();
  const [progress, setProgress] = useState<ReadonlyMap<string, IntentProgressFragment>>(new Map());
  const open = openIds(rows ?? []).join(" ");
  useEffect(() => {
    const ids = open.split(" ").filter(Boolean);
    const stops = ids.map((id) =>
      followStream(
        socket,
        IntentProgressedDocument,
        { id },
        {
          next: (told) => {
            setProgress((known) => new Map(known).set(id, told.intentStatus));
            changed();
            return isLastProgress(told);
          },
        },
      ),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [socket, open, changed]);
  return useMemo(
    () => rows?.map((row) => moved(row, progress.get(row.id))) ?? null,
    [rows, progress],
  );
}

function openIds(rows: readonly Row[]): string[] {
  const open = rows.filter(({ status }) => status === "PENDING" || status === "PROCESSING");
  return open.slice(0, mostFollowed).map(({ id }) => id);
}

function moved(row: Row, progress: IntentProgressFragment | undefined): Row {
  return progress && progress.version > row.version ? { ...row, ...progress } : row;
}
