/** The parts of the peers that are used here: the types are checked without their being installed. */
declare module 'streaming-markdown' {
  interface Parser {
    readonly len: number;
  }
  interface Renderer {
    readonly data: unknown;
  }
  export function default_renderer(root: HTMLElement): Renderer;
  export function parser(renderer: Renderer): Parser;
  export function parser_write(state: Parser, chunk: string): void;
  export function parser_end(state: Parser): void;
}

/** `deep-chat` under another name (site.ts), since its own declarations do not check beside ours. */
declare module 'deep-chat-element' {
  export interface Signals {
    onOpen(): void;
    onResponse(response: { readonly text: string }): Promise<void>;
    onClose(): void;
  }
  export interface DeepChat extends HTMLElement {
    connect: {
      readonly stream: true | { readonly partialRender: true };
      readonly handler: (body: unknown, signals: Signals) => void;
    };
    onComponentRender: () => void;
    /** Of its own declarations, like the others. */
    readonly _waitingToRender_: boolean;
    submitUserMessage(message: { readonly text: string }): void;
  }
}

declare module 'react' {
  export function createElement(type: unknown, properties: object | null, ...children: readonly unknown[]): object;
}

declare module 'react-dom/client' {
  export function createRoot(container: Element): { render(element: object): void };
}

declare module 'streamdown' {
  export const Streamdown: unknown;
}

declare module 'dompurify' {
  const DOMPurify: { sanitize(html: string): string };
  export default DOMPurify;
}
