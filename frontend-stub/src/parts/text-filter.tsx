import { type FormEvent, useEffect, useRef } from "react";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** Called with what was typed when it is sent, and with "" when it is cleared. */
  readonly search: (text: string) => void;
}

/** A search that is sent with Enter; it follows the address when that changes. */
export function TextFilter({ label, value, placeholder, search }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.value = value;
  }, [value]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    search(input.current?.value.trim() ?? "");
  };
  return (
    <search>
      <form className="text-filter" onSubmit={submit}>
        <input
          ref={input}
          type="search"
          aria-label={label}
          placeholder={placeholder ?? label}
          defaultValue={value}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            if (event.target.value === "" && value !== "") search("");
          }}
        />
        <button type="submit">Search</button>
      </form>
    </search>
  );
}
