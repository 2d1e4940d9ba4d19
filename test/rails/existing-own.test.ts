/** The chat into an app with users, with models, channels and a page of its names, and with an AnyCable of its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../support/page.js';
import { goThere, makeExistingApp, type ExistingApp } from './support/existing.js';
import { say } from './support/say.js';

let browser: Browser;
let app: ExistingApp;

const model = (name: string, code: string): string => `class ${name} < ApplicationRecord\n  ${code}\nend\n`;

const files: Readonly<Record<string, string>> = {
  'config/routes.rb': `Rails.application.routes.draw do
  get "sign_in/:id", to: "sessions#create"
  get "chat", to: "chats#index"
  root "chats#index"
end
`,
  'app/controllers/application_controller.rb': `class ApplicationController < ActionController::Base
  before_action :require_user

  def current_user
    @current_user ||= User.find_by(id: session[:user_id])
  end

  private
    def require_user
      head :unauthorized unless current_user
    end
end
`,
  'app/controllers/sessions_controller.rb': `class SessionsController < ApplicationController
  skip_before_action :require_user

  def create
    session[:user_id] = User.find_or_create_by!(id: params[:id], name: "User #{params[:id]}") { |user| user.password = "secret" }.id
    redirect_to "/cable_chat"
  end
end
`,
  'app/controllers/chats_controller.rb':
    'class ChatsController < ApplicationController\n  def index\n    render plain: "chats: #{Chat.count}"\n  end\nend\n',
  'app/models/user.rb': model('User', 'has_secure_password'),
  'app/models/chat.rb': model('Chat', 'has_many :conversations'),
  'app/models/conversation.rb': model('Conversation', 'belongs_to :chat\n  has_many :messages'),
  'app/models/message.rb': model('Message', 'belongs_to :conversation'),
  'db/migrate/20240101000000_create_shop.rb': `class CreateShop < ActiveRecord::Migration[7.2]
  def change
    create_table(:users) { |t| t.string :name; t.string :password_digest }
    create_table(:chats) { |t| t.string :title }
    create_table(:conversations) { |t| t.references :chat }
    create_table(:messages) { |t| t.references :conversation; t.text :body }
  end
end
`,
  'app/channels/application_cable/connection.rb': `module ApplicationCable
  class Connection < ActionCable::Connection::Base
    identified_by :current_user

    def connect
      self.current_user = User.find_by(id: request.session[:user_id]) || reject_unauthorized_connection
    end
  end
end
`,
  'app/channels/assistant_channel.rb':
    'class AssistantChannel < ApplicationCable::Channel\n  def subscribed\n    stream_for current_user\n  end\nend\n',
  'app/channels/chat_channel.rb':
    'class ChatChannel < ApplicationCable::Channel\n  def subscribed\n    stream_from "lobby"\n  end\nend\n',
  'config/cable.yml':
    'default: &default\n  adapter: any_cable\n\ndevelopment:\n  <<: *default\n\ntest:\n  adapter: test\n\nproduction:\n  <<: *default\n',
  'config/anycable.yml':
    'default: &default\n  broadcast_adapter: http\n  http_rpc: true\n  websocket_url: /cable\n\ndevelopment:\n  <<: *default\n\ntest:\n  <<: *default\n  secret: test\n\nproduction:\n  <<: *default\n',
  'bin/thrust': `#!/usr/bin/env ruby
require_relative "../config/boot"
ENV["ANYCABLE_PRESETS"] ||= "broker"
ENV["ANYCABLE_BROADCAST_ADAPTER"] ||= "http"
ENV["ANYCABLE_HISTORY_LIMIT"] ||= "1000"
ENV["ANYCABLE_HISTORY_TTL"] ||= "300"
ENV["ANYCABLE_HEADERS"] ||= "cookie,origin"
load Gem.bin_path("anycable-thruster", "thrust")
`,
  'test/channels/assistant_channel_test.rb': `require "test_helper"

class AssistantChannelTest < ActionCable::Channel::TestCase
  test "the shop's own channel streams for its user" do
    user = User.create!(name: "Ada", password: "secret")
    stub_connection current_user: user
    subscribe
    assert_has_stream_for user
  end
end
`,
  'test/models/message_test.rb': `require "test_helper"

class MessageTest < ActiveSupport::TestCase
  test "the shop's own messages are in its own table" do
    message = Message.create!(body: "Hello", conversation: Conversation.create!(chat: Chat.create!(title: "x")))
    assert_equal "messages", Message.table_name
    assert_equal "Hello", message.reload.body
  end
end
`,
  'test/integration/connection_test.rb': `require "test_helper"

class ConnectionTest < ActionCable::Connection::TestCase
  tests ApplicationCable::Connection

  test "users connect as themselves" do
    user = User.create!(name: "Ada", password: "secret")
    connect session: { user_id: user.id }
    assert_equal user, connection.current_user
  end

  test "others are refused" do
    assert_reject_connection { connect }
  end
end
`,
};

before(async () => {
  browser = await startBrowser();
  app = await makeExistingApp({
    gems: ['gem "bcrypt"', 'gem "anycable-rails-core", "~> 1.6"', 'gem "anycable-thruster", require: false'],
    files,
  });
});
after(async () => {
  await browser?.close();
  app?.remove();
});

test('a look, a diff, in, its own tests and the chat’s, an answer for a user, again, and out without a trace', async () => {
  await goThere({
    app,
    browser,
    path: '/cable_chat',
    signIn: '/sign_in/7',
    async test() {
      assert.match(app.read('app/models/cable_chat/identity.rb'), /User\.find_by\(id: request\.session\[:user_id\]\)/);
      const output = await app.run('bin/rails', 'test');
      const [summary = '', runs = '0', , failures, errors] =
        /(\d+) runs, (\d+) assertions, (\d+) failures, (\d+) errors.*/.exec(output) ?? [];
      say(summary);
      assert.ok(Number(runs) > 80, output.slice(-2000));
      assert.deepEqual([failures, errors], ['0', '0'], output.slice(-4000));
      // Who is refused by the app's connection is refused; who is known to it is the same person to the chat.
      app.write(
        'tmp/visitor_test.rb',
        `require "test_helper"

class VisitorTest < ActionCable::Connection::TestCase
  tests ApplicationCable::Connection

  test "the visitor is the app's user" do
    user = User.create!(name: "Ada", password: "secret")
    connect session: { user_id: user.id }
    assert_equal CableChat::Visitor.user(user), connection.visitor
    assert_equal user, connection.current_user
    assert_reject_connection { connect }
  end
end
`,
      );
      assert.match(
        await app.run('bin/rails', 'test', 'tmp/visitor_test.rb'),
        /1 runs, 3 assertions, 0 failures, 0 errors/,
      );
    },
  });
});
