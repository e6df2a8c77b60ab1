import type { Client } from "@urql/core";
import { IntentProgressedDocument, type IntentProgressFragment } from "../generated/operations";

/** A wallet that registered a moment ago is let in within two seconds. */
const againMs = 2_000;

/** Follows one intent until it is over, or until the returned function is called. */
export function followProgress(
  client: Client,
  id: string,
  took: (progress: IntentProgressFragment) => void,
): () => void {
  let stop = () => {};
  const begin = () => {
    const followed = client
      .subscription(IntentProgressedDocument, { id })
      .subscribe(({ data, error }) => {
        if (data?.intentStatus) took(data.intentStatus);
        if (!error) return;
        stop();
        const timer = setTimeout(begin, againMs);
        stop = () => clearTimeout(timer);
      });
    stop = followed.unsubscribe;
  };
  begin();
  return () => stop();
}
