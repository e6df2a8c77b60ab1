// Makes a client of the npm package graphql-ws (also under Apollo Client and urql) resume where it was.
//
// graphql-ws subscribes again by itself when the socket ends, with the variables of the first time: events since
// then would all come twice. This keeps the newest cursor in them. The document asks for `cursor` and takes $after:
//   subscription ($program: ID!, $after: String) { programEvents(programId: $program, after: $after) { cursor … } }
// An operation that the server ends with `retryAfterSeconds` (too slow, too many) is begun again after them.

export function resuming(client) {
  return { ...client, subscribe: (payload, sink) => subscribe(client, payload, sink) };
}

function subscribe(client, payload, sink) {
  const resumed = { ...payload, variables: { ...payload.variables } };
  let timer;
  let stop = begin();
  return () => {
    clearTimeout(timer);
    stop();
  };

  function begin() {
    return client.subscribe(resumed, {
      next(result) {
        sink.next(result);
        const cursor = result.data?.programEvents?.cursor;
        if (cursor) resumed.variables.after = cursor; // after it was handled: what was not comes again
      },
      error(problem) {
        const seconds = problem?.[0]?.extensions?.retryAfterSeconds;
        if (seconds === undefined) sink.error(problem);
        else timer = setTimeout(() => (stop = begin()), 1000 * (seconds + Math.random()));
      },
      complete: () => sink.complete(),
    });
  }
}
