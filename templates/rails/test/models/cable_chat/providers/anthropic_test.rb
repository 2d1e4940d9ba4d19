# frozen_string_literal: true

require_relative "wire_test_helper"

class CableChat::Providers::AnthropicTest < ActiveSupport::TestCase
  include WireTestHelper

  START = { type: "message_start", message: { id: "msg_1" } }.freeze
  STOP = { type: "message_stop" }.freeze

  def delta(text)
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: text } }
  end

  def finish(reason)
    { type: "message_delta", delta: { stop_reason: reason } }
  end

  def answer(*events, **options)
    WireServer.events(START, { type: "ping" }, *events, headers: { "request-id" => "req_9" }, **options)
  end

  def provider
    CableChat::Providers::Anthropic.new(api_key: KEY, base_url: @server.url)
  end

  test "an answer, cut anywhere on the wire, and what was asked" do
    [ 1, 2, 3, 7, 1_000 ].each do |cut|
      serve(answer(delta("aé☂"), { type: "content_block_delta", delta: { type: "thinking_delta", thinking: "hm" } }, delta("😀"), finish("end_turn"), STOP, cut: cut))

      assert_equal [ "aé☂😀", "stop" ], stream_from(provider)
      @server.stop
    end
    request = @server.requests.sole
    assert_match(%r{\APOST /v1/messages .*^x-api-key: #{KEY}\r$}mi, request[:head])
    assert_match(/^anthropic-version: 2023-06-01\r$/i, request[:head])
    assert_equal({ "model" => "claude-sonnet-4-5", "max_tokens" => 99, "stream" => true, "system" => "Be brief.",
                   "messages" => TURNS.map(&:stringify_keys) }, request[:body])
    @server = nil
  end

  test "how it ended" do
    { "end_turn" => "stop", "max_tokens" => "length", "refusal" => "content_filter", "stop_sequence" => "stop" }.each do |word, reason|
      serve(answer(delta("x"), finish(word), STOP))
      assert_equal [ "x", reason ], stream_from(provider)
      @server.stop
    end
    @server = nil
  end

  test "a stream that merely ends, ends in an event, has no text, or fails in the middle is a failure" do
    [ answer(delta("x")), answer(delta("x")).push("data: {\"ty"), answer(finish("end_turn"), STOP),
      answer(delta("x"), { type: "error", error: { type: "overloaded_error" } }), answer("no JSON"),
      answer.push("data: #{"x" * 5.megabytes}") ].each do |events|
      serve(events)
      assert_equal [ "provider_error", true, "req_9" ], fault(stream_from(provider)), events.last.truncate(100)
      @server.stop
    end
    @server = nil
  end

  test "statuses" do
    { 401 => [ "provider_unauthorized", false ], 403 => [ "provider_unauthorized", false ], 404 => [ "provider_error", false ],
      429 => [ "provider_rate_limited", true ], 500 => [ "provider_error", true ], 529 => [ "provider_error", true ],
      302 => [ "provider_error", false ] }.each do |status, expected|
      serve(WireServer.failure(status, { error: { message: "key #{KEY} is bad" } }, headers: { "request-id" => "req_7" }))
      assert_equal [ *expected, "req_7" ], fault(stream_from(provider)), status
      @server.stop
    end
    @server = nil
  end

  test "a server that is not there" do
    serve
    url = @server.url
    @server.stop
    @server = nil

    assert_equal [ "provider_unreachable", true, nil ], fault(stream_from(CableChat::Providers::Anthropic.new(api_key: KEY, base_url: url)))
  end

  test "it stops between two pieces" do
    serve(answer(*[ delta("x") ] * 10, finish("end_turn"), STOP, cut: 60))
    taken = +""

    assert_equal "stop", provider.stream(messages: TURNS, system: "", max_tokens: 9, stop: -> { taken.length > 1 }) { |text| taken << text }
    assert_operator taken.length, :<, 10
  end
end
