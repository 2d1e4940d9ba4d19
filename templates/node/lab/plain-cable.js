/**
 * A plain Action Cable client, as a page without our protocol has one: `actioncable-v1-json`, one subscription, what was
 * missed is missed. When it comes back is what Rails' own client does (since Rails 7): it looks for pings every six
 * seconds or later, and leaves a connection alone that was lost less than six seconds ago.
 * https://github.com/rails/rails/tree/main/actioncable/app/javascript/action_cable
 */
const STALE_MS = 6_000;
const BACKOFF_RATE = 0.15;
const REOPEN_MS = 500;
const WAKE_MS = 200;

export class PlainCable {
  #url;
  #identifier;
  #received;
  #socket;
  #poll;
  #ended = new AbortController();
  #attempts = 0;
  #heardAt = performance.now();
  #lostAt;
  #subscribed = false;

  /**
   * @param {string} url ws: or wss:
   * @param {Record<string, unknown>} subscription the channel and its parameters
   * @param {(message: Record<string, unknown>) => void} received
   */
  constructor(url, subscription, received) {
    this.#url = url;
    this.#identifier = JSON.stringify(subscription);
    this.#received = received;
    document.addEventListener('visibilitychange', () => this.#wake(), { signal: this.#ended.signal });
    this.#open();
    this.#watch();
  }

  /** Whether messages arrive, as far as this client knows. */
  get isConnected() {
    return this.#subscribed;
  }

  close() {
    this.#ended.abort();
    clearTimeout(this.#poll);
    this.#drop();
  }

  #open() {
    if (this.#ended.signal.aborted) return;
    const socket = new WebSocket(this.#url, ['actioncable-v1-json']);
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#socket === socket && this.#handle(JSON.parse(data)));
    socket.addEventListener('close', () => this.#socket === socket && this.#lost());
  }

  #handle({ type, identifier, message, reconnect }) {
    switch (type) {
      case 'welcome':
        this.#attempts = 0;
        this.#heardAt = performance.now();
        this.#lostAt = undefined;
        this.#socket.send(JSON.stringify({ command: 'subscribe', identifier: this.#identifier }));
        break;
      case 'ping':
        this.#heardAt = performance.now();
        break;
      case 'confirm_subscription':
        this.#subscribed = true;
        break;
      case 'disconnect':
        if (reconnect === false) clearTimeout(this.#poll);
        this.#socket.close();
        break;
      default:
        if (identifier === this.#identifier && message) this.#received(message);
    }
  }

  #lost() {
    this.#subscribed = false;
    this.#lostAt ??= performance.now();
  }

  #watch() {
    const jitter = (this.#attempts === 0 ? 1 : BACKOFF_RATE) * Math.random();
    const interval = STALE_MS * (1 + BACKOFF_RATE) ** Math.min(this.#attempts, 10) * (1 + jitter);
    this.#poll = setTimeout(() => {
      if (this.#isStale()) {
        this.#attempts++;
        if (this.#lostAt === undefined || performance.now() - this.#lostAt >= STALE_MS) this.#reopen();
      }
      this.#watch();
    }, interval);
  }

  #isStale() {
    return performance.now() - this.#heardAt > STALE_MS;
  }

  #wake() {
    if (document.visibilityState !== 'visible') return;
    setTimeout(() => {
      const isOpen = this.#socket?.readyState === WebSocket.OPEN;
      if (!this.#ended.signal.aborted && (this.#isStale() || !isOpen)) this.#reopen();
    }, WAKE_MS);
  }

  #reopen() {
    const wasActive = this.#socket !== undefined && this.#socket.readyState <= WebSocket.OPEN;
    this.#drop();
    if (wasActive) setTimeout(() => this.#open(), REOPEN_MS);
    else this.#open();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#subscribed = false;
    socket?.close();
  }
}
