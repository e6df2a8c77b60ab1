import { useEffect, useMemo, useRef, useState } from "react";
import { OverviewSeriesDocument } from "../generated/operations";
import { useApi } from "../live/api";
import { replicaLagMs } from "../live/replica";
import { everySecond } from "../values/clock";
import { none, type Samples, sampled, seeded, wholeMinutes } from "./samples";

const spanSeconds = 300;
const minute = 60;

/**
 * Settled per second over the last minutes, one value for each second that the link was live: the server sends only what
 * changed. Before the page was opened, one for each whole minute: the server's rate is of the last minute too.
 */
export function useSamples(slug: string, value: number): Samples {
  const { link } = useApi();
  const newest = useRef(value);
  newest.current = value;
  const [samples, setSamples] = useState(none);
  const minutes = useMinutes(slug);
  useEffect(
    () =>
      everySecond(() => {
        const live = link.status().kind === "live";
        const known = live ? newest.current : null;
        const second = Math.floor(Date.now() / 1000);
        setSamples((before) => sampled(before, second, known, spanSeconds));
      }),
    [link],
  );
  return useMemo(() => seeded(samples, minutes, spanSeconds), [samples, minutes]);
}

/** The rate at the end of each minute that was over when the page was opened; none while or where it is not known. */
function useMinutes(slug: string): Samples {
  const { direct } = useApi();
  const [minutes, setMinutes] = useState(none);
  useEffect(() => {
    let shown = true;
    const end = Math.floor(Date.now() / 1000 / minute) * minute;
    const instant = (second: number) => new Date(second * 1000).toISOString();
    const variables = {
      slug,
      from: instant(end - spanSeconds),
      to: instant(end),
      bucket: "MINUTE" as const,
    };
    void direct
      .query(OverviewSeriesDocument, variables, {})
      .toPromise()
      .then(({ data }) => {
        const program = data?.program;
        if (!shown || !program?.series) return;
        setMinutes(wholeMinutes(program.series, program.now, replicaLagMs));
      });
    return () => {
      shown = false;
    };
  }, [direct, slug]);
  return minutes;
}
