/** What each fault is asked for with, and what is said when it is done. */

const number = new Intl.NumberFormat('en');
const connections = (count) => (count === 1 ? 'one connection' : `${number.format(count)} connections`);

/** @type {Readonly<Record<string, (done: Record<string, number>) => string>>} */
const SAID = {
  cut: (done) => `Cut ${connections(done.connections)} of this browser.`,
  'black-hole': (done) =>
    `Swallowing all of ${connections(done.connections)}. The chat will notice that the pings are missing.`,
  slow: (done) => `For ${done.seconds} seconds everything comes late, and in lumps.`,
  'forget-history': () => 'Cut, and the cable’s history is gone. What is missed now comes from the database.',
  'expire-token': () => 'Cut, and the token is refused from now on. The chat fetches another one.',
  'kill-job': () => 'The job is dead. When its lease has run out, in 4 seconds, the server closes the answer.',
  restart: () => 'The server is restarting.',
};

/**
 * Does it. Resolves with a sentence about what was done or refused.
 * @param {string} fault
 * @param {string | undefined} messageId the answer whose job is to die
 */
export async function inflict(fault, messageId) {
  let response;
  let body;
  try {
    response = await fetch(`/lab/${fault}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(messageId === undefined ? {} : { message_id: messageId }),
    });
    body = await response.json();
  } catch {
    return 'The server could not be reached. Try again in a moment.';
  }
  return response.ok ? SAID[fault](body) : body.error.message;
}
