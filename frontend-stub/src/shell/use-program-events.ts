import { useEffect, useEffectEvent } from "react";
import { ProgramCursorDocument } from "../generated/operations";
import { useApi } from "../live/api";
import { followEvents } from "../live/events";

/** Tells when a program is paused, resumed or set differently. slug: undefined where its events are not open to who asks. */
export function useProgramEvents(slug: string | undefined, changed: () => void): void {
  const { client, socket } = useApi();
  const happened = useEffectEvent(changed);
  useEffect(() => {
    if (slug === undefined) return;
    let stop = () => {};
    let over = false;
    const start = async () => {
      const options = { requestPolicy: "network-only" } as const;
      const { data } = await client.query(ProgramCursorDocument, { slug }, options).toPromise();
      if (over || !data?.program) return;
      const { id, eventCursor } = data.program;
      stop = followEvents(socket, id, ["PROGRAM"], eventCursor, {
        happened: () => happened(),
        expired: () => void start(),
      });
    };
    void start();
    return () => {
      over = true;
      stop();
    };
  }, [client, socket, slug]);
}
