# frozen_string_literal: true

require_relative "wire_test_helper"

# Needs the gem ruby-openai, which an application with another provider does not have.
class CableChat::Providers::OpenaiTest < ActiveSupport::TestCase
  include WireTestHelper

  setup { skip "the gem ruby-openai is not in this application's bundle" unless defined?(::OpenAI::Client) }

  def chunk(content, finish = nil, **delta)
    { id: "chatcmpl-1", choices: [ { index: 0, delta: { content: content, **delta }.compact, finish_reason: finish } ] }
  end

  def provider
    CableChat::Providers::Openai.new(api_key: KEY, base_url: "#{@server.url}/v1")
  end

  test "an answer, cut anywhere on the wire, and what was asked" do
    [ 1, 2, 3, 7, 1_000 ].each do |cut|
      serve(WireServer.events(chunk("", role: "assistant"), chunk("aé☂"), chunk("😀"), chunk(nil, "stop"), "[DONE]", cut: cut))

      assert_equal [ "aé☂😀", "stop" ], stream_from(provider)
      @server.stop
    end
    request = @server.requests.sole
    assert_match(%r{\APOST /v1/chat/completions .*^authorization: bearer #{KEY}\r$}mi, request[:head])
    assert_equal({ "model" => "gpt-4.1-mini", "max_tokens" => 99, "stream" => true,
                   "messages" => [ { role: "system", content: "Be brief." }, *TURNS ].map(&:stringify_keys) }, request[:body])
    @server = nil
  end

  test "how it ended" do
    { "stop" => "stop", "length" => "length", "max_tokens" => "length", "content_filter" => "content_filter", "eos" => "stop" }.each do |word, reason|
      serve(WireServer.events(chunk("x"), chunk(nil, word)))
      assert_equal [ "x", reason ], stream_from(provider)
      @server.stop
    end
    @server = nil
  end

  test "what it thinks is no text, and a refusal is" do
    serve(WireServer.events(chunk(nil, reasoning: "hm"), chunk(nil, refusal: "No."), { choices: [] }, chunk(nil, "stop")))

    assert_equal [ "No.", "stop" ], stream_from(provider)
  end

  test "a stream that merely ends, ends in an event, has no text, or fails in the middle is a failure" do
    [
      WireServer.events(chunk("x")),
      WireServer.events(chunk("x")).push("data: {\"cho"),
      WireServer.events(chunk("", "stop")),
      WireServer.events(chunk("x"), { error: { message: "overloaded" } }),
      WireServer.events(chunk("x"), "no JSON")
    ].each do |answer|
      serve(answer)
      assert_equal [ "provider_error", true, "chatcmpl-1" ], fault(stream_from(provider)), answer.inspect
      @server.stop
    end
    @server = nil
  end

  test "statuses" do
    {
      401 => [ "provider_unauthorized", false ], 403 => [ "provider_unauthorized", false ], 404 => [ "provider_error", false ],
      400 => [ "provider_error", false ], 413 => [ "provider_error", false ], 429 => [ "provider_rate_limited", true ],
      500 => [ "provider_error", true ], 503 => [ "provider_error", true ]
    }.each do |status, expected|
      serve(WireServer.failure(status, { error: { message: "key #{KEY} is bad" } }, headers: { "x-request-id" => "req_7" }))
      assert_equal [ *expected, "req_7" ], fault(stream_from(provider)), status
      @server.stop
    end
    @server = nil
  end

  test "a redirect is not followed" do
    serve(WireServer.failure(302, "", headers: { "location" => "/elsewhere" }), WireServer.events(chunk("x"), chunk(nil, "stop")))

    assert_equal "provider_error", fault(stream_from(provider)).first
    assert_equal 1, @server.requests.size
  end

  test "what the server says is more exact than its status" do
    serve(WireServer.failure(429, { error: { code: "insufficient_quota" } }), WireServer.failure(400, { error: { code: "context_length_exceeded" } }))

    assert_equal [ "provider_rate_limited", false ], fault(stream_from(provider)).first(2)
    assert_match(/too long/, stream_from(provider).message)
  end

  test "a server that is not there" do
    serve
    url = @server.url
    @server.stop
    @server = nil

    assert_equal [ "provider_unreachable", true, nil ], fault(stream_from(CableChat::Providers::Openai.new(api_key: KEY, base_url: url)))
  end

  test "it stops between two pieces" do
    serve(WireServer.events(*[ chunk("x") ] * 10, chunk(nil, "stop")))
    count = 0

    assert_equal [ "xx", "stop" ], stream_from(provider, stop: -> { (count += 1) > 2 })
  end
end
