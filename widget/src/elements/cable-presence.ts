import { LitElement, html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { systemClock } from '../clock.js';
import { documentContext } from '../config.js';
import { type NearbyChat, NearbyChatController } from '../controllers/nearby-chat.js';
import { PresenceController } from '../controllers/presence-controller.js';
import { SettledCount } from '../controllers/presence-count.js';
import { ConfigurationError, PresenceError } from '../errors.js';
import {
  CableChatErrorEvent,
  CablePresenceChangeEvent,
  CablePresenceJoinEvent,
  CablePresenceLeaveEvent,
} from '../events.js';
import { paramsAsJson } from '../params-as-json.js';
import { faceOf } from '../presence/face.js';
import type { PresenceMember } from '../presence/reduce.js';
import type { PresenceView } from '../presence/tracker.js';
import {
  DEFAULT_MAX,
  type MemberConfig,
  type RawPresenceConfig,
  readJoin,
  readMax,
  readPresenceConfig,
  sharesCable,
} from '../presence-config.js';
import { acquirePresence, type PresenceLease, sourceOf } from '../presence-pool.js';
import { plural, STRINGS } from '../strings.js';
import type { Strings } from '../strings.js';
import type { SubscriptionParams, Transport } from '../transport/transport.js';
import { base } from './base.styles.js';
import { styles } from './cable-presence.styles.js';
import { faceRow, MOST_NAMES, nameList } from './faces.js';
import { attachInternalsOf, presenceStatesOf, reflectStates } from './host-states.js';
import { alertIcon } from './icons.js';
import { theme } from './theme.styles.js';

/** A change of one of these needs another list. */
const CONFIGURATION = [
  'url',
  'channel',
  'channelParams',
  'protocol',
  'tokenUrl',
  'signedStreamName',
  'htmlFor',
  'memberId',
  'memberInfo',
  'joinsAsVisitor',
  'max',
  'token',
  'getToken',
  'transport',
] as const satisfies readonly (keyof CablePresence)[];

/** Of these, who this visitor is: what `join()` and `leave()` said before gives way to it. */
const MEMBERSHIP = ['memberId', 'memberInfo', 'joinsAsVisitor'] as const satisfies readonly (keyof CablePresence)[];

const NOBODY: ReadonlyMap<string, unknown> = new Map();

/**
 * Who is here: the members of one of AnyCable's presence streams, as faces and a number. Over a connection of its own, or
 * over that of a `<cable-chat>` which is named by `for` or stands around it.
 *
 * @tag cable-presence
 *
 * @event {CablePresenceJoinEvent} cable-presence-join - Somebody came.
 * @event {CablePresenceLeaveEvent} cable-presence-leave - Somebody left.
 * @event {CablePresenceChangeEvent} cable-presence-change - The list is another one; for the first one there is no other event.
 * @event {CableChatErrorEvent} cable-chat-error - An attribute is wrong, or who is here is not told, or without us who joined.
 *
 * @csspart config-error - The message about an attribute that is wrong.
 * @csspart presence - All of it.
 * @csspart faces - The row of faces.
 * @csspart face - One of them: a circle with letters.
 * @csspart more - How many are not in the row.
 * @csspart count - How many are here; the button that shows their names.
 * @csspart panel - The list of names.
 *
 * @cssproperty [--cable-presence-size=1.75rem] - The size of a face.
 *
 * @cssstate connecting - Nothing is known yet.
 * @cssstate live - Connected; this is who is here.
 * @cssstate offline - Not connected; this is who was here.
 * @cssstate empty - Nobody is here.
 * @cssstate unsupported - The server does not say who is here; nothing is shown.
 * @cssstate closed - The server does not say it to this visitor; nothing is shown.
 * @cssstate misconfigured - An attribute is wrong.
 */
export class CablePresence extends LitElement {
  static override readonly styles = [base, theme, styles];

  /** The cable's address; without it, and without a chat, the page's `cable-url` meta tag's or `/cable`. */
  @property() url: string | null = null;

  /** The class name of a channel with a presence stream. Without it, the chat's own subscription is shared. */
  @property() channel: string | null = null;

  /** The channel's parameters: JSON in the attribute, an object or JSON here. */
  @property({ attribute: 'channel-params' }) channelParams: SubscriptionParams | string | null = null;

  /** `actioncable-v1-ext-json` unless given; there is no presence in `actioncable-v1-json`. */
  @property() protocol: string | null = null;

  /** Where a token is fetched, with the visitor's cookies and the page's CSRF token. */
  @property({ attribute: 'token-url' }) tokenUrl: string | null = null;

  /** The signed name of a stream, instead of a channel. */
  @property({ attribute: 'signed-stream-name' }) signedStreamName: string | null = null;

  /** The id of the `<cable-chat>` whose connection is shared; without it, the one around this element. */
  @property({ attribute: 'for' }) htmlFor: string | null = null;

  /** Puts this visitor on the list by this id, for as long as the element is in the page. */
  @property({ attribute: 'member-id' }) memberId: string | null = null;

  /** What the others see of this visitor, such as `{"name": "Ada"}`: JSON in the attribute, anything like it here. */
  @property({ attribute: 'member-info' }) memberInfo: unknown = null;

  /** Puts this visitor on the list as whom the server took the chat's. */
  @property({ type: Boolean, attribute: 'join' }) joinsAsVisitor = false;

  /** How many faces are shown; 5 unless given. */
  @property() max: string | number | null = null;

  /** A token of the page's own. Better not in the HTML, which caches may serve to others. */
  @property({ attribute: false }) token: string | null = null;

  /** Called whenever a token is needed. */
  @property({ attribute: false }) getToken: (() => string | Promise<string>) | null = null;

  /** A transport of the page's own, instead of a cable to `url`. */
  @property({ attribute: false }) transport: Transport | null = null;

  /** Words in another language; those left out stay English. */
  @property({ attribute: false }) strings: Partial<Strings> = {};

  /** Why the names are shown: the pointer is there, or somebody asked for them. */
  @state() private opened: 'no' | 'by-pointer' | 'by-choice' = 'no';
  @state() private announcement = '';

  @query('.panel') private readonly panel!: HTMLElement | null;

  readonly #internals = attachInternalsOf(this);
  readonly #lists = new PresenceController(this, {
    acquire: () => this.#acquire(),
    onMember: ({ type, id, info }) =>
      this.dispatchEvent(
        type === 'join' ? new CablePresenceJoinEvent(id, info) : new CablePresenceLeaveEvent(id, info),
      ),
    onChange: () => this.#viewChanged(),
    onProblem: (error) => this.dispatchEvent(new CableChatErrorEvent(error)),
    onConfigurationError: (error) => this.dispatchEvent(new CableChatErrorEvent(error)),
  });
  readonly #chats = new NearbyChatController(this, () => {
    this.#lists.invalidate();
    this.requestUpdate();
  });
  readonly #count = new SettledCount(systemClock, (count) => (this.announcement = this.#label(count)));
  #words: Strings = STRINGS;
  #max = DEFAULT_MAX;
  #member: MemberConfig = { kind: 'none' };
  #visitor: string | undefined;
  /** What `join()` or `leave()` said last; undefined: the attributes count. */
  #choice: { readonly member: PresenceMember | undefined } | undefined;
  /** `for` names no chat that is here, which may yet come. */
  #awaitsChat = false;
  #told: ReadonlyMap<string, unknown> | undefined;
  #members: { readonly of: ReadonlyMap<string, unknown>; readonly list: readonly PresenceMember[] } | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#count.show(undefined);
    this.opened = 'no';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (CONFIGURATION.some((name) => changed.has(name))) this.#lists.invalidate();
    if (MEMBERSHIP.some((name) => changed.has(name)) && this.hasUpdated) this.#choice = undefined;
    if (changed.has('strings')) this.#words = { ...STRINGS, ...this.strings };
  }

  protected override updated(): void {
    const { view, error } = this.#lists;
    this.#lists.claim(this.#membership());
    reflectStates(this.#internals, presenceStatesOf(view, error !== undefined && !this.#awaitsChat));
    this.#count.show(view !== undefined && isShown(view) ? view.members.size : undefined);
    if (this.panel !== null) keepInView(this.panel);
  }

  /** Who is here, in the order in which they are shown. The same array until it changes. */
  get members(): readonly PresenceMember[] {
    const of = this.#lists.view?.members ?? NOBODY;
    if (this.#members?.of !== of) this.#members = { of, list: Array.from(of, ([id, info]) => ({ id, info })) };
    return this.#members.list;
  }

  /** How many are here. */
  get count(): number {
    return this.#lists.view?.members.size ?? 0;
  }

  /**
   * Puts this visitor on the list, or says something else of them. It holds for as long as the element is in the page, across
   * reconnects, until `leave()` or a change of `member-id`, `member-info` or `join`. Throws a ConfigurationError without an id.
   */
  join(id: string, info?: unknown): void {
    this.#choice = { member: readJoin(id, info) };
    this.requestUpdate();
  }

  /** Takes back what put this visitor on the list here. Where the server did, only the server can. */
  leave(): void {
    this.#choice = { member: undefined };
    this.requestUpdate();
  }

  /**
   * Who is here, fresh from the server, by id. Rejects with a PresenceError (`unsupported`, `failed`, `timed_out`, `closed`),
   * or with the ConfigurationError that keeps the element from asking.
   */
  async info(): Promise<ReadonlyMap<string, unknown>> {
    // Out of the page, an element updates nothing, and would wait for ever.
    if (this.isConnected) await this.updateComplete;
    const { presence, error } = this.#lists;
    if (error !== undefined) throw error;
    if (presence === undefined) throw new PresenceError('closed', 'There is no connection to ask over (yet).');
    return presence.info();
  }

  #acquire(): PresenceLease | undefined {
    const raw = this.#attributes();
    const chat = this.#findChat(raw);
    this.#awaitsChat = false;
    const { place, member } = readPresenceConfig(raw, chat.kind !== 'none', documentContext());
    this.#max = readMax(this.max);
    this.#member = member;
    if (chat.kind === 'missing') {
      this.#awaitsChat = chat.tag === undefined;
      throw noChat(this.htmlFor, chat.tag);
    }
    const session = chat.kind === 'found' ? chat.session : undefined;
    this.#visitor = session?.visitor;
    const source = sourceOf(place, session);
    return source && acquirePresence(source);
  }

  #findChat(raw: RawPresenceConfig): NearbyChat {
    if (raw.htmlFor || sharesCable(raw)) return this.#chats.find(this.htmlFor);
    this.#chats.forget();
    return { kind: 'none' };
  }

  #attributes(): RawPresenceConfig {
    const { url, channel, protocol, tokenUrl, signedStreamName, htmlFor, token, getToken, transport } = this;
    const { memberId, memberInfo, joinsAsVisitor } = this;
    const channelParams = paramsAsJson(this.channelParams);
    const connection = { url, channel, channelParams, protocol, tokenUrl, token, getToken, transport };
    return { ...connection, signedStreamName, htmlFor, memberId, memberInfo, joinsAsVisitor };
  }

  #membership(): PresenceMember | undefined {
    if (this.#choice !== undefined) return this.#choice.member;
    const member = this.#member;
    switch (member.kind) {
      case 'none':
        return undefined;
      case 'given':
        return { id: member.id, info: member.info };
      case 'visitor':
        return this.#visitor === undefined ? undefined : { id: this.#visitor, info: member.info };
    }
  }

  #viewChanged(): void {
    const view = this.#lists.view;
    if (view === undefined || !view.isKnown || view.members === this.#told) return;
    this.#told = view.members;
    this.dispatchEvent(new CablePresenceChangeEvent(this.members));
  }

  readonly #entered = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch' && this.opened === 'no') this.opened = 'by-pointer';
  };

  readonly #left = (): void => {
    if (this.opened === 'by-pointer') this.opened = 'no';
  };

  readonly #toggled = (): void => {
    this.opened = this.opened === 'by-choice' ? 'no' : 'by-choice';
  };

  readonly #focusLeft = (event: FocusEvent): void => {
    const stays = event.relatedTarget instanceof Node && this.renderRoot.contains(event.relatedTarget);
    if (this.opened === 'by-choice' && !stays) this.opened = 'no';
  };

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || this.opened === 'no') return;
    event.stopPropagation();
    this.opened = 'no';
  };

  override render(): TemplateResult {
    const { view, error } = this.#lists;
    if (error !== undefined && !this.#awaitsChat) return this.#configError(error);
    return html`
      ${view !== undefined && isShown(view) ? this.#people(view) : nothing}
      <div class="visually-hidden" role="status" id="announcer">${this.announcement}</div>
    `;
  }

  #people({ status, members }: PresenceView): TemplateResult {
    const count = members.size;
    const label = this.#label(count);
    const isStale = status !== 'live';
    if (count === 0)
      return html`<div class="presence" part="presence">
        <span class="count" part="count"><span>${label}</span></span>
      </div>`;
    return html`
      <div
        class="presence"
        part="presence"
        ?data-stale=${isStale}
        @pointerenter=${this.#entered}
        @pointerleave=${this.#left}
        @focusout=${this.#focusLeft}
        @keydown=${this.#keyPressed}
      >
        ${faceRow(this.members.slice(0, this.#max).map(faceOf), count, label, this.#words)}
        <button
          class="count"
          part="count"
          aria-expanded=${this.opened === 'no' ? 'false' : 'true'}
          aria-controls="panel"
          @click=${this.#toggled}
        >
          <span>${label}</span>
        </button>
        <div class="panel" part="panel" id="panel" ?hidden=${this.opened === 'no'}>
          ${this.opened === 'no' ? nothing : nameList(this.members.slice(0, MOST_NAMES).map(faceOf), count, label, this.#words)}
          ${isStale ? html`<p class="hint">${this.#words.presenceOffline}</p>` : nothing}
        </div>
      </div>
    `;
  }

  #configError(error: ConfigurationError): TemplateResult {
    return html`<div class="config-error" part="config-error" role="alert">
      ${alertIcon}
      <div>
        <strong>${this.#words.presenceMisconfigured}</strong>
        <p>${error.message}</p>
      </div>
    </div>`;
  }

  #label(count: number): string {
    const { nobodyHere, peopleHere, language } = this.#words;
    return count === 0 ? nobodyHere : plural(peopleHere, count, language);
  }
}

/** Nothing is, before there is a list, and where the server will not say. */
function isShown({ status, isKnown }: PresenceView): boolean {
  return isKnown && status !== 'unsupported' && status !== 'closed';
}

function noChat(id: string | null, tag: string | undefined): ConfigurationError {
  const what = tag === undefined ? 'names nothing in this page (yet)' : `names a <${tag}>`;
  return new ConfigurationError('for', `for="${id}" ${what}. Write the id of a <cable-chat>.`);
}

/** A panel that would stick out of the window turns to the other side, or upwards. */
function keepInView(panel: HTMLElement): void {
  delete panel.dataset['side'];
  delete panel.dataset['block'];
  if (panel.hidden) return;
  const { left, right, bottom } = panel.getBoundingClientRect();
  if (left < 0 || right > document.documentElement.clientWidth) panel.dataset['side'] = 'end';
  if (bottom > document.documentElement.clientHeight) panel.dataset['block'] = 'above';
}

declare global {
  interface HTMLElementTagNameMap {
    'cable-presence': CablePresence;
  }
}
