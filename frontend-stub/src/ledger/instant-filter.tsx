import { useEffect, useRef } from "react";
import { changeQuery } from "../routing";
import { instantOf, typedOf } from "./period";

interface Props {
  readonly label: string;
  /** Its name in the address. */
  readonly name: string;
  readonly query: URLSearchParams;
}

/** An instant of the program's time, in UTC; it is taken when the field is left, or with Enter. */
export function InstantFilter({ label, name, query }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const given = typedOf(query.get(name));
  useEffect(() => {
    if (input.current) input.current.value = given;
  }, [given]);
  const take = () => changeQuery({ [name]: instantOf(input.current?.value ?? "") });
  return (
    <label className="field">
      {label}{" "}
      <input
        ref={input}
        type="datetime-local"
        step={1}
        defaultValue={given}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === "Enter") take();
        }}
      />
    </label>
  );
}
