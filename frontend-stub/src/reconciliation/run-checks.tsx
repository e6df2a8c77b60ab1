import type { ReconciliationLookFragment } from "../generated/operations";
import { checks } from "./checks";

type Result = ReconciliationLookFragment["checks"][number];

/** All eleven, those too that were not carried out. */
export function RunChecks({ run }: { run: ReconciliationLookFragment }) {
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">Checks</h2>
      <table className="intents">
        <caption className="hidden">The checks of the run, in their order</caption>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Result</th>
            <th scope="col" className="right">
              Examined
            </th>
          </tr>
        </thead>
        <tbody>
          {checks.map(({ name, title, proves }, index) => {
            const result = run.checks.find((each) => each.name === name);
            return (
              <tr key={name}>
                <th scope="row">
                  {index + 1}. {title}
                  <span className="second">{proves}</span>
                </th>
                <td>
                  <ResultMark result={result} running={run.status === "RUNNING"} />
                </td>
                <td className="right">{result?.examined.toLocaleString("en") ?? "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function ResultMark({ result, running }: { result: Result | undefined; running: boolean }) {
  if (!result) {
    return running ? (
      <span className="status pending">To come</span>
    ) : (
      <span className="muted">Not carried out</span>
    );
  }
  if (result.passed) return <span className="status confirmed">Agrees</span>;
  return (
    <>
      <span className="status failed">Differs</span>
      {result.expected && <span className="second break">expected {result.expected}</span>}
      {result.actual && <span className="second break">{result.actual}</span>}
    </>
  );
}
