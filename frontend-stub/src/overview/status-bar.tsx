import { StatusMark, statuses } from "../parts/status";
import { programHref } from "../routing";
import type { Dashboard } from "./counters";

interface Props {
  readonly slug: string;
  readonly counts: Dashboard["intentsByStatus"];
}

export function StatusBar({ slug, counts }: Props) {
  const countOf = (status: string) => counts.find((row) => row.status === status)?.count ?? 0;
  return (
    <section className="card" aria-labelledby="by-status">
      <h2 id="by-status">Intents by status</h2>
      <div className="bar" aria-hidden="true">
        {statuses.map((status) => (
          <i key={status} className={status.toLowerCase()} style={{ flexGrow: countOf(status) }} />
        ))}
      </div>
      <ul className="bar-legend">
        {statuses.map((status) => (
          <li key={status}>
            <a href={programHref(slug, "intents", { status: [status] })}>
              <StatusMark status={status} />
              <span className="amount">{countOf(status).toLocaleString("en")}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
