import { LeftField } from "../parts/left-field";
import { changeQuery } from "../routing";
import { instantOf, typedOf } from "./period";

interface Props {
  readonly label: string;
  /** Its name in the address. */
  readonly name: string;
  readonly query: URLSearchParams;
}

/** An instant of the program's time, in UTC. */
export function InstantFilter({ label, name, query }: Props) {
  return (
    <LeftField
      label={label}
      type="datetime-local"
      value={typedOf(query.get(name))}
      take={(typed) => changeQuery({ [name]: instantOf(typed) })}
    />
  );
}
