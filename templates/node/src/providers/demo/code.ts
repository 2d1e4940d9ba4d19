/** Sample programs of the demo model, one a language. */
export interface Language {
  /** As after the opening fence. */
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly code: string;
}

export const LANGUAGES: readonly [Language, ...Language[]] = [
  {
    name: 'ts',
    title: 'TypeScript',
    aliases: ['typescript'],
    code: `/** Yields each line of a stream as soon as it is whole. */
export async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}`,
  },
  {
    name: 'js',
    title: 'JavaScript',
    aliases: ['javascript', 'node'],
    code: `const chat = document.querySelector('cable-chat');
chat.addEventListener('cable-chat-complete', (event) => {
  console.log(\`\${event.text.length} characters, and none of them lost\`);
});`,
  },
  {
    name: 'python',
    title: 'Python',
    aliases: ['py'],
    code: `def fibonacci(count: int) -> list[int]:
    """The first \`count\` numbers."""
    numbers = [0, 1]
    while len(numbers) < count:
        numbers.append(numbers[-1] + numbers[-2])
    return numbers[:count]


print(", ".join(map(str, fibonacci(10))))`,
  },
  {
    name: 'ruby',
    title: 'Ruby',
    aliases: ['rails', 'rb'],
    code: `class GreetingJob < ApplicationJob
  def perform(name:)
    ActionCable.server.broadcast("greetings", { message: "Hello, #{name}!" })
  end
end`,
  },
  {
    name: 'sql',
    title: 'SQL',
    aliases: ['postgres', 'sqlite'],
    code: `SELECT   role, count(*) AS messages, max(length(content)) AS longest
FROM     messages
WHERE    status = 'complete'
GROUP BY role
ORDER BY messages DESC;`,
  },
  {
    name: 'bash',
    title: 'Bash',
    aliases: ['sh', 'shell'],
    code: `#!/usr/bin/env bash
set -euo pipefail

for file in *.md; do
  printf '%6d words  %s\\n' "$(wc -w < "$file")" "$file"
done`,
  },
  {
    name: 'html',
    title: 'HTML',
    aliases: [],
    code: `<!doctype html>
<title>My site</title>
<cable-chat url="wss://example.com/cable"></cable-chat>
<script type="module" src="/cable-chat.bundle.js"></script>`,
  },
  {
    name: 'css',
    title: 'CSS',
    aliases: [],
    code: `cable-chat {
  block-size: min(40rem, 90dvh);
  inline-size: 100%;
}

cable-chat::part(composer):focus-within {
  outline: 2px solid color-mix(in srgb, currentcolor 60%, transparent);
}`,
  },
  {
    name: 'go',
    title: 'Go',
    aliases: ['golang'],
    code: `package main

import "fmt"

func main() {
	words := make(chan string)
	go func() {
		defer close(words)
		for _, word := range []string{"whole", "and", "in", "order"} {
			words <- word
		}
	}()
	for word := range words {
		fmt.Println(word)
	}
}`,
  },
  {
    name: 'php',
    title: 'PHP',
    aliases: ['wordpress'],
    code: `<?php
add_shortcode( 'greeting', function ( $attributes ) {
	$attributes = shortcode_atts( array( 'name' => 'world' ), $attributes );
	return '<p>Hello, ' . esc_html( $attributes['name'] ) . '!</p>';
} );`,
  },
  {
    name: 'json',
    title: 'JSON',
    aliases: [],
    code: `{
  "type": "chunk",
  "offset": 1024,
  "content": "pieces say where they begin"
}`,
  },
];

export function fenced(language: Language): string {
  return `\`\`\`${language.name}\n${language.code}\n\`\`\``;
}
