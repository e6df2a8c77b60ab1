import { type Seen, tasksOf } from "./tasks";

/** What waits for somebody, with the way to where it is done. Nothing is said before all is known. */
export function NeedsPerson({ seen }: { seen: Seen | null | undefined }) {
  const tasks = seen && tasksOf(seen);
  return (
    <section className="card wide-card needs-person" aria-labelledby="needs-person">
      <h2 id="needs-person">What needs a person</h2>
      {tasks && tasks.length === 0 && (
        <p className="all-well">Nothing at the moment: all goes on by itself.</p>
      )}
      <ul className="tasks">
        {tasks?.map(({ urgent, what, step, href }) => (
          <li key={what} className={urgent ? "bad" : "soon"}>
            <span className="hidden">{urgent ? "Now: " : "Soon: "}</span>
            <span className="break">{what}</span>
            <a href={href}>{step}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}
