/** For each rule an app that triggers it, and apps that must not: files by path. */

export type Files = Readonly<Record<string, string>>;

export interface RuleCase {
  readonly rule: string;
  /** Where it has to be found: `file:line`. */
  readonly at: readonly string[];
  readonly bad: Files;
  readonly good: readonly Files[];
}

const anycable = 'gem "rails"\ngem "anycable-rails"\n';
const rails = 'gem "rails"\n';

const channel = (body: string, name = 'RoomChannel'): string =>
  `class ${name} < ApplicationCable::Channel\n${body.replaceAll(/^/gm, '  ')}\nend\n`;

/** An app that streams answers, from a job. */
const answerJob = `class AnswerJob < ApplicationJob
  def perform(answer)
    RubyLLM.chat.ask(answer.question) do |chunk|
      AnswerChannel.broadcast_to(answer, { type: "chunk", content: chunk.content, offset: answer.append(chunk.content) })
    end
  end
end
`;
const answers: Files = { Gemfile: `${anycable}gem "solid_queue"\n`, 'app/jobs/answer_job.rb': answerJob };

export const cases: readonly RuleCase[] = [
  {
    rule: 'protocol-without-history',
    at: ['app/javascript/a.js:2', 'app/javascript/b.ts:2'],
    bad: {
      'app/javascript/a.js': `import { createCable as make } from '@anycable/web';\nmake();\n`,
      'app/javascript/b.ts': `import { createConsumer } from '@anycable/web';\nexport const c = createConsumer('/cable', { protocol: 'actioncable-v1-json' as const });\n`,
    },
    good: [
      {
        'app/javascript/a.js': `import { createCable } from '@anycable/web';\ncreateCable('/cable', { protocol: 'actioncable-v1-ext-json' });\n`,
      },
      {
        'app/javascript/a.js': `import { createCable } from '@anycable/web';\nimport { options } from './options';\ncreateCable('/cable', options);\n`,
        'app/javascript/b.js': `import { createCable } from '@anycable/web';\ncreateCable({ ...defaults });\n`,
        'app/javascript/c.js': `import { createCable } from './ours';\ncreateCable();\n`,
      },
    ],
  },
  {
    rule: 'action-cable-client',
    at: ['app/javascript/consumer.js:2'],
    bad: {
      ...answers,
      'app/javascript/consumer.js': `import { createConsumer } from '@rails/actioncable';\nexport default createConsumer();\n`,
    },
    // As Rails itself writes it: harmless where no answer is streamed.
    good: [
      {
        Gemfile: anycable,
        'app/javascript/consumer.js': `import { createConsumer } from '@rails/actioncable';\nexport default createConsumer();\n`,
      },
    ],
  },
  {
    rule: 'at-most-once',
    at: ['app/jobs/answer_job.rb:4'],
    bad: { Gemfile: rails, 'app/jobs/answer_job.rb': answerJob },
    good: [
      answers,
      {
        Gemfile: rails,
        'app/channels/room_channel.rb': channel(
          `def speak(data)\n  RoomChannel.broadcast_to(room, { text: data["text"] })\nend`,
        ),
      },
    ],
  },
  {
    rule: 'broadcast-adapter',
    at: ['config/anycable.yml:2', '.env:1', 'anycable.toml:1'],
    bad: {
      'config/anycable.yml': `production:\n  broadcast_adapter: <%= ENV.fetch("ADAPTER", "nats") %>\n`,
      '.env': `ANYCABLE_BROADCAST_ADAPTER=redis\n`,
      'anycable.toml': `broadcast_adapters = ["http", "redis"]\n`,
    },
    good: [
      {
        'config/anycable.yml': `production:\n  broadcast_adapter: redisx\n`,
        'anycable.toml': `broadcast_adapters = ["http", "redisx"]\n`,
      },
    ],
  },
  {
    rule: 'server-settings-in-rails',
    at: ['config/anycable.yml:3'],
    bad: { 'config/anycable.yml': `production:\n  broadcast_adapter: http\n  history_limit: 6000\n` },
    good: [
      {
        'config/anycable.yml': `production:\n  broadcast_adapter: http\n`,
        'anycable.toml': `[broker]\nhistory_limit = 6000\n`,
      },
    ],
  },
  {
    rule: 'history-too-short',
    at: ['anycable.toml:2', 'anycable.toml:3', 'Procfile:1'],
    bad: {
      'anycable.toml': `[broker]\nhistory_limit = 100\nhistory_ttl = 30\n`,
      Procfile: `ws: anycable-go --presets=broker --history_limit=200\n`,
    },
    good: [{ 'anycable.toml': `[broker]\nhistory_limit = 1000\nhistory_ttl = 300\n` }],
  },
  {
    rule: 'broker-missing',
    at: ['Procfile:2'],
    bad: { ...answers, Procfile: `web: bin/rails server\nws: anycable-go\n` },
    good: [
      { ...answers, Procfile: `ws: ANYCABLE_PRESETS=broker anycable-go\n` },
      { ...answers, Procfile: `ws: bin/thrust bin/rails server\n`, 'anycable.toml': `presets = ["broker"]\n` },
      { Gemfile: anycable, Procfile: `ws: anycable-go\n` },
    ],
  },
  {
    rule: 'redis-broker',
    at: ['compose.yml:5'],
    bad: {
      'compose.yml': `services:\n  ws:\n    image: anycable/anycable-go:1.6\n    environment:\n      ANYCABLE_BROKER: redis\n`,
    },
    good: [
      {
        'compose.yml': `services:\n  ws:\n    image: anycable/anycable-go:1.6\n    environment:\n      - ANYCABLE_BROKER=memory\n`,
      },
    ],
  },
  {
    rule: 'replay-burst',
    at: ['anycable.toml:2'],
    bad: { 'anycable.toml': `[broker]\nhistory_limit = 6000\n` },
    good: [
      { 'anycable.toml': `[broker]\nhistory_limit = 6000\n[ws]\nmax_pending_size = 8388608\n` },
      { 'anycable.toml': `[broker]\nhistory_limit = 1000\n` },
    ],
  },
  {
    rule: 'batched-broadcasts',
    at: ['config/anycable.yml:2', 'config/initializers/anycable.rb:2'],
    bad: {
      'config/anycable.yml': `default: &default\n  batch_broadcasts: true\nproduction:\n  <<: *default\n`,
      'config/initializers/anycable.rb': `AnyCable.configure do |config|\n  config.batch_broadcasts = true\nend\n`,
    },
    good: [{ 'config/anycable.yml': `default: &default\n  batch_broadcasts: false\nproduction:\n  <<: *default\n` }],
  },
  {
    rule: 'model-call-in-action',
    at: ['app/channels/room_channel.rb:9', 'app/channels/http_channel.rb:3'],
    bad: {
      'app/channels/room_channel.rb': channel(
        `def ask(data)\n  answer(data["text"])\nend\n\nprivate\n\ndef answer(text)\n  client.chat(parameters: {messages: [text], stream: proc { |piece| transmit(piece) }})\nend\n\ndef client = OpenAI::Client.new`,
      ),
      'app/channels/http_channel.rb': channel(
        `def ask(data)\n  Net::HTTP.post(URI("https://api.example.com"), data["text"])\nend`,
      ),
    },
    good: [
      {
        'app/channels/room_channel.rb': channel(`def ask(data)\n  AnswerJob.perform_later(data["text"])\nend`),
        'app/jobs/answer_job.rb': answerJob,
        // Chat by another name is no model.
        'app/channels/chat_channel.rb': channel(`def ask(data)\n  chat.create(text: data["text"])\nend`),
      },
    ],
  },
  {
    rule: 'async-jobs',
    at: ['config/environments/production.rb:2'],
    bad: {
      'config/environments/production.rb': `Rails.application.configure do\n  config.active_job.queue_adapter = :async\nend\n`,
      'config/application.rb': `class Application\n  config.active_job.queue_adapter = :solid_queue\nend\n`,
    },
    good: [
      {
        'config/application.rb': `class Application\n  config.active_job.queue_adapter = :async\nend\n`,
        'config/environments/production.rb': `Rails.application.configure do\n  config.active_job.queue_adapter = :sidekiq\nend\n`,
        'config/environments/development.rb': `Rails.application.configure do\n  config.active_job.queue_adapter = :inline\nend\n`,
      },
      answers,
      { Gemfile: rails, 'app/jobs/mail_job.rb': `class MailJob < ApplicationJob\n  def perform = deliver\nend\n` },
    ],
  },
  {
    rule: 'chunk-without-position',
    at: ['app/jobs/answer_job.rb:4'],
    bad: {
      'app/jobs/answer_job.rb': answerJob.replace(/, offset: [^}]*/, ' '),
    },
    good: [
      answers,
      {
        'app/jobs/answer_job.rb': answerJob.replace(
          /AnswerChannel.*/,
          'answer.broadcast_replace_to answer, html: answer.text',
        ),
      },
    ],
  },
  {
    rule: 'cable-adapter',
    at: ['config/cable.yml:4'],
    bad: { Gemfile: anycable, 'config/cable.yml': `development:\n  adapter: async\nproduction:\n  adapter: redis\n` },
    good: [
      { Gemfile: rails, 'config/cable.yml': `production:\n  adapter: redis\n` },
      { Gemfile: anycable, 'config/cable.yml': `test:\n  adapter: test\nproduction:\n  adapter: any_cable\n` },
    ],
  },
  {
    rule: 'broadcast-port',
    at: ['config/anycable.yml:2', 'config/anycable.yml:5'],
    bad: {
      'config/anycable.yml': `development:\n  http_broadcast_url: http://127.0.0.1:3000/_broadcast\n  websocket_url: ws://127.0.0.1:3000/cable\nproduction:\n  http_broadcast_url: <%= "http://127.0.0.1:#{ENV.fetch("P", 8091)}/_broadcast" %>\n`,
      'anycable.toml': `[http_broadcast]\nport = 8090\n`,
      Procfile: `web: bundle exec thrust bin/rails server\n`,
    },
    good: [
      {
        'config/anycable.yml': `default:\n  http_broadcast_url: http://127.0.0.1:8090/_broadcast\n  websocket_url: ws://127.0.0.1:3000/cable\n`,
        'anycable.toml': `[http_broadcast]\nport = 8090\n`,
        Procfile: `web: bundle exec thrust bin/rails server\n`,
      },
      // Without a proxy, anycable-go may take both on one port.
      {
        'config/anycable.yml': `default:\n  http_broadcast_url: http://127.0.0.1:8080/_broadcast\n  websocket_url: ws://127.0.0.1:8080/cable\n`,
        Procfile: `ws: anycable-go --http_broadcast_port=8080\n`,
      },
    ],
  },
  {
    rule: 'websocket-url',
    at: [
      'config/anycable.yml:2',
      'config/anycable.yml:4',
      'config/environments/production.rb:2',
      'app/javascript/a.js:2',
    ],
    bad: {
      'config/anycable.yml': `default:\n  websocket_url: cable.example.com/cable\nproduction:\n  websocket_url: ws://localhost:8080/cable\n`,
      'config/environments/production.rb': `Rails.application.configure do\n  config.action_cable.url = "ws://cable.example.com/cable"\nend\n`,
      'app/javascript/a.js': `import { createConsumer } from '@rails/actioncable';\ncreateConsumer('ws://localhost:3000/cable');\n`,
    },
    good: [
      {
        'config/anycable.yml': `development:\n  websocket_url: ws://localhost:8080/cable\nproduction:\n  websocket_url: <%= ENV.fetch("CABLE_URL", "wss://cable.example.com/cable") %>\n`,
        'config/environments/production.rb': `Rails.application.configure do\n  config.action_cable.url = "/cable"\nend\n`,
        'app/javascript/a.js': `import { createConsumer } from '@rails/actioncable';\ncreateConsumer();\n`,
      },
    ],
  },
  {
    rule: 'compose-host',
    at: ['docker-compose.yml:5'],
    bad: {
      'docker-compose.yml': `services:\n  ws:\n    image: anycable/anycable-go:1.6\n    environment:\n      ANYCABLE_REDIS_URL: redis://cache:6379/0\n`,
    },
    good: [
      {
        'compose.yml': `services:\n  ws:\n    image: anycable/anycable-go:1.6\n    environment:\n      ANYCABLE_REDIS_URL: redis://redis:6379/0\n      ANYCABLE_RPC_HOST: rpc.internal.example.com:50051\n`,
        'compose.override.yml': `services:\n  redis:\n    image: redis:7\n`,
      },
    ],
  },
  {
    rule: 'params-mismatch',
    at: ['app/javascript/a.js:1', 'app/javascript/a.js:2'],
    bad: {
      'app/channels/room_channel.rb': channel(
        `def subscribed\n  stream_for current_user.rooms.find(params[:room_id])\nend`,
      ),
      'app/javascript/a.js': `cable.subscribeTo('RoomChannel', { roomId: 42 });\nconsumer.subscriptions.create({ channel: 'RoomChannel', roomId: 42 }, {});\n`,
    },
    good: [
      {
        'app/channels/room_channel.rb': channel(
          `def subscribed\n  stream_for current_user.rooms.find(params[:room_id])\nend`,
        ),
        'app/javascript/a.js': `cable.subscribeTo('RoomChannel', { room_id: 42 });\nconsumer.subscriptions.create({ channel: 'RoomChannel', ...given }, {});\n`,
      },
    ],
  },
  {
    rule: 'presence-api',
    at: ['app/channels/room_channel.rb:3'],
    bad: { 'app/channels/room_channel.rb': channel(`def subscribed\n  presence.join(current_user.id)\nend`) },
    good: [
      {
        'app/channels/room_channel.rb': channel(
          `def subscribed\n  join_presence(id: current_user.id)\n  logger.info params[:tags].presence.join(", ")\nend`,
        ),
      },
    ],
  },
  {
    rule: 'channel-state',
    at: ['app/channels/room_channel.rb:3'],
    bad: {
      Gemfile: anycable,
      'app/channels/room_channel.rb': channel(`def subscribed\n  @room = current_user.room\nend`),
    },
    good: [
      { Gemfile: rails, 'app/channels/room_channel.rb': channel(`def subscribed\n  @room = current_user.room\nend`) },
      {
        Gemfile: anycable,
        'app/channels/room_channel.rb': channel(`state_attr_accessor :room\ndef subscribed\n  self.room = 1\nend`),
      },
    ],
  },
  {
    rule: 'stream-block',
    at: ['app/channels/room_channel.rb:3', 'app/channels/room_channel.rb:4'],
    bad: {
      Gemfile: anycable,
      'app/channels/room_channel.rb': channel(
        `def subscribed\n  stream_from("news") { |message| transmit(message) }\n  stream_from "other", ->(message) { transmit(message) }\nend`,
      ),
    },
    good: [
      {
        Gemfile: rails,
        'app/channels/room_channel.rb': channel(`def subscribed\n  stream_from("news") { |m| transmit(m) }\nend`),
      },
      {
        Gemfile: anycable,
        'app/channels/room_channel.rb': channel(`def subscribed\n  stream_from "news", whisper: true\nend`),
      },
    ],
  },
  {
    rule: 'channel-timer',
    at: ['app/channels/room_channel.rb:2'],
    bad: { Gemfile: anycable, 'app/channels/room_channel.rb': channel(`periodically :beat, every: 3.seconds`) },
    good: [{ Gemfile: rails, 'app/channels/room_channel.rb': channel(`periodically :beat, every: 3.seconds`) }],
  },
  {
    rule: 'secrets-out-of-step',
    at: ['.env:1', 'compose.yml:6'],
    bad: {
      'config/anycable.yml': `development:\n  secret: one\n`,
      '.env': `ANYCABLE_SECRET=two\n`,
      'compose.yml': `services:\n  web:\n    image: app\n    environment:\n      ANYCABLE_SECRET: \${ANYCABLE_SECRET:?}\n  ws:\n    image: anycable/anycable-go:1.6\n    environment:\n      ANYCABLE_HOST: 0.0.0.0\n`,
    },
    good: [
      {
        'config/anycable.yml': `development:\n  secret: one\nproduction:\n  secret: <%= ENV["ANYCABLE_SECRET"] %>\n`,
        '.env': `ANYCABLE_SECRET=one\n`,
        '.env.production': `ANYCABLE_SECRET=another\n`.replace('ANYCABLE', 'OTHER'),
        'compose.yml': `services:\n  web:\n    image: app\n    environment:\n      ANYCABLE_SECRET: \${S}\n  ws:\n    image: anycable/anycable-go:1.6\n    environment:\n      ANYCABLE_SECRET: \${S}\n`,
      },
    ],
  },
  {
    rule: 'secret-in-repository',
    at: ['config/anycable.yml:4', 'anycable.toml:1'],
    bad: {
      'config/anycable.yml': `development:\n  secret: just-for-me\nproduction:\n  secret: qwerty\n`,
      'anycable.toml': `secret = "qwerty"\n`,
    },
    good: [
      {
        'config/anycable.yml': `production:\n  secret: <%= ENV.fetch("ANYCABLE_SECRET", "") %>\n`,
        '.env': `ANYCABLE_SECRET=x\n`,
      },
    ],
  },
  {
    rule: 'leaked-exception',
    at: ['app/jobs/a_job.rb:5', 'app/jobs/a_job.rb:8'],
    bad: {
      'app/jobs/a_job.rb': `class AJob\n  def perform\n    go\n  rescue Timeout::Error => e\n    ActionCable.server.broadcast("a", { error: "It broke: #{e}" })\n  rescue => error\n    text = error.message\n    broadcast_failure(text)\n  end\nend\n`,
    },
    good: [
      {
        'app/jobs/a_job.rb': `class AJob\n  def perform\n    go\n  rescue => e\n    Rails.logger.error(e.message)\n    Rails.error.report(e)\n    broadcast_failure("Something went wrong.")\n    raise e.message\n  end\nend\n`,
      },
    ],
  },
  {
    rule: 'missing-ownership-check',
    at: ['app/channels/room_channel.rb:3', 'app/channels/room_channel.rb:8'],
    bad: {
      'app/channels/room_channel.rb': channel(
        `def subscribed\n  stream_for Room.find(params[:room_id])\nend\n\ndef speak(data)\n  id = data.fetch("room_id")\n  Message.create!(room_id: id, text: data["text"])\nend`,
      ),
    },
    good: [
      {
        'app/channels/room_channel.rb': channel(
          `def subscribed\n  stream_for current_user.rooms.find(params[:room_id])\nend\n\ndef speak(data)\n  Message.create!(room: current_user.room, text: data["text"])\nend`,
        ),
        'app/channels/b_channel.rb': channel(
          `def subscribed\n  room = Room.find(params[:id])\n  reject and return unless room.open?\n  stream_for room\nend\n\ndef speak(data)\n  room = Room.find(data["id"])\n  return unless room.members.include?(me)\n  room.say(data["text"])\nend`,
          'BChannel',
        ),
        'app/channels/application_cable/connection.rb': `class Connection\n  identified_by :me\nend\n`,
      },
    ],
  },
  {
    rule: 'unsigned-stream',
    at: ['app/javascript/a.js:3'],
    bad: {
      'app/javascript/a.js': `import { createCable } from '@anycable/web';\nconst cable = createCable('/cable', { protocol: 'actioncable-v1-ext-json' });\ncable.streamFrom('answers/1');\n`,
    },
    good: [
      {
        'app/javascript/a.js': `import { createCable } from '@anycable/web';\ncreateCable(url, options).streamFromSigned(name);\n`,
      },
      { 'app/javascript/a.js': `import { fs } from './fs';\nfs.streamFrom('file');\n` },
    ],
  },
  {
    rule: 'public-streams',
    at: ['Procfile:1', 'anycable.toml:2'],
    bad: { Procfile: `ws: anycable-go --public_streams\n`, 'anycable.toml': `[streams]\npublic = true\n` },
    good: [{ Procfile: `ws: anycable-go --secret=$S\n`, 'anycable.toml': `[streams]\npublic = false\n` }],
  },
  {
    rule: 'whisper-on-content',
    at: ['app/channels/room_channel.rb:3', 'anycable.toml:2'],
    bad: {
      'app/channels/room_channel.rb': channel(
        `def subscribed\n  stream_for current_user, whisper: true\nend\n\ndef speak(data)\n  RoomChannel.broadcast_to(current_user, data)\nend`,
      ),
      'anycable.toml': `[streams]\nwhisper = true\n`,
    },
    good: [{ 'app/channels/typing_channel.rb': channel(`def subscribed\n  stream_from "typing", whisper: true\nend`) }],
  },
  {
    rule: 'allowed-origins',
    at: ['config/environments/production.rb:2', 'config/application.rb:2', '.env:1'],
    bad: {
      'config/environments/production.rb': `Rails.application.configure do\n  config.action_cable.disable_request_forgery_protection = true\nend\n`,
      'config/application.rb': `class Application\n  config.action_cable.allowed_request_origins = [/https?:\\/\\/.*/]\nend\n`,
      '.env': `ANYCABLE_ALLOWED_ORIGINS=*\n`,
    },
    good: [
      {
        'config/environments/development.rb': `Rails.application.configure do\n  config.action_cable.disable_request_forgery_protection = true\nend\n`,
        'config/environments/production.rb': `Rails.application.configure do\n  config.action_cable.allowed_request_origins = ["https://example.com", /https:\\/\\/.*\\.example\\.com/]\nend\n`,
        '.env': `ANYCABLE_ALLOWED_ORIGINS=example.com\n`,
      },
    ],
  },
];
