# frozen_string_literal: true

require "test_helper"
require Rails.root.join("config/anycable_secret")

# What breaks without a word where it is wrong.
class CableChat::ConfigurationTest < ActionDispatch::IntegrationTest
  SETTINGS = ActiveSupport::ConfigurationFile.parse(Rails.root.join("config/anycable.yml"))

  test "broadcasts go through the broker, one by one, to the port that the server listens on" do
    SETTINGS.slice("development", "test", "production").each do |environment, settings|
      assert_includes %w[http redisx], settings["broadcast_adapter"], environment
      assert_not settings["batch_broadcasts"], environment
    end
    port = Rails.root.join("anycable.toml").read[/^\[http_broadcast\].*?^port = (\d+)/m, 1]
    assert_equal "http://127.0.0.1:#{port}/_broadcast", SETTINGS["production"]["http_broadcast_url"]
  end

  test "no secret is in a file" do
    %w[config/anycable.yml anycable.toml config/cable.yml compose.yml Procfile Procfile.dev .env.example].each do |name|
      file = Rails.root.join(name)
      next unless file.exist?

      assert_no_match(/^\s*\w*(secret|key|password)\w*\s*[:=]\s*["']?[\w-]+["']?\s*$/i, file.read, name)
    end
  end

  test "the AnyCable server reaches Rails over plain HTTP and under any name, and nobody else does" do
    call = ->(path) { Rack::MockRequest.env_for("http://rpc.internal:3001#{path}", method: "POST") }
    to_https = ActionDispatch::SSL.new(->(_) { [ 204, {}, [] ] }, **Rails.application.config.ssl_options)
    assert_equal 204, to_https.call(call.("/_anycable/connect")).first
    assert_equal 307, to_https.call(call.("/cable_chat/token")).first

    guarded = ActionDispatch::HostAuthorization.new(->(_) { [ 204, {}, [] ] }, [ "example.com" ], **Rails.application.config.host_authorization)
    assert_equal 204, guarded.call(call.("/_anycable/connect")).first
    assert_equal 403, guarded.call(call.("/cable_chat/token")).first
  end

  test "what visitors write, and what they send to any channel in secret, is not in the log of its actions" do
    sent = { "message" => "Ada's", "prompt" => "Ada's", "password" => "Ada's", "messages" => "not ours" }
    filtered = ActiveSupport::ParameterFilter.new(ActionCable.server.config.filter_parameters).filter(sent)

    assert_equal [ "[FILTERED]" ] * 3 + [ "not ours" ], filtered.values
  end

  test "calling a channel needs the key" do
    skip "gRPC" unless AnyCable.config.http_rpc?

    post "/_anycable/connect", params: "{}"
    assert_response :unauthorized
  end

  test "the secret is the environment's, else one that is kept for development" do
    assert_equal "given", with_env("ANYCABLE_SECRET" => " given\n") { AnyCableSecret.read }
    local = with_env("ANYCABLE_SECRET" => nil) { [ AnyCableSecret.read, AnyCableSecret.read ] }
    assert_match(/\A\h{64}\z/, local.first)
    assert_equal 1, local.uniq.size
    assert_equal 0o600, File.stat(AnyCableSecret::PATH).mode & 0o777
  end

  test "there is no other secret in production" do
    assert_nil with_env("ANYCABLE_SECRET" => "", "RAILS_ENV" => "production") { AnyCableSecret.read }
  end

  test "every thread of the jobs has its two connections" do
    workers = ActiveSupport::ConfigurationFile.parse(Rails.root.join("config/queue.yml")).dig("production", "workers")

    assert_operator workers.sum { |worker| worker["threads"] * 2 }, :<=, ActiveRecord::Base.connection_pool.size - 2
  end

  private
    def with_env(values)
      before = values.keys.to_h { |name| [ name, ENV[name] ] }
      ENV.update(values)
      yield
    ensure
      ENV.update(before)
    end
end
