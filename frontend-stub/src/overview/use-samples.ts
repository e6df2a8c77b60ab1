import { useEffect, useRef, useState } from "react";
import { useApi } from "../live/api";
import { everySecond } from "../values/clock";
import { none, type Samples, sampled } from "./samples";

const spanSeconds = 300;

/** The value of each second while the link is live: the server sends only what changed. */
export function useSamples(value: number | undefined): Samples {
  const { link } = useApi();
  const newest = useRef(value);
  newest.current = value;
  const [samples, setSamples] = useState(none);
  useEffect(
    () =>
      everySecond(() => {
        const live = link.status().kind === "live";
        const known = (live ? newest.current : undefined) ?? null;
        const second = Math.floor(Date.now() / 1000);
        setSamples((before) => sampled(before, second, known, spanSeconds));
      }),
    [link],
  );
  return samples;
}
