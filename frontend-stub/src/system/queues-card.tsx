import { howLong } from "../values/time";
import { HealthMark } from "./health-mark";
import { nameOf, type System } from "./words";

/** What waits to be done, and for how long the oldest of it. */
export function QueuesCard({ queues }: { queues: System["queues"] }) {
  return (
    <section className="card" aria-labelledby="queues">
      <h2 id="queues">Queues</h2>
      {queues.length === 0 ? (
        <p className="muted">They could not be read just now.</p>
      ) : (
        <table className="system-table">
          <caption className="hidden">What waits in each queue</caption>
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col" className="right">
                Waiting
              </th>
              <th scope="col" className="right">
                Oldest
              </th>
              <th scope="col">Health</th>
            </tr>
          </thead>
          <tbody>
            {queues.map(({ name, depth, oldestSeconds, health }) => (
              <tr key={name}>
                <th scope="row">{nameOf(name)}</th>
                <td className="right amount">{depth.toLocaleString("en")}</td>
                <td className="right amount">
                  {oldestSeconds === null ? "–" : howLong(oldestSeconds)}
                </td>
                <td>
                  <HealthMark health={health} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
