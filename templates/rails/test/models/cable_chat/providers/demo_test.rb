# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::Providers::DemoTest < ActiveSupport::TestCase
  include CableChatTestHelper

  def answer(question, max_tokens: 1_000_000, stop: -> { false })
    text = +""
    reason = CableChat::Providers::Demo.new(tokens_per_second: Float::INFINITY)
      .stream(messages: [ { role: "user", content: question } ], system: "", max_tokens: max_tokens, stop: stop) { |token| text << token }
    [ text, reason ]
  end

  test "the same conversation gets the same answer, which quotes the question" do
    assert_equal answer("What is ☂?"), answer("What is ☂?")
    assert_includes answer("What is ☂?").first, "What is ☂?"
  end

  test "long answers, limited ones, and those that nobody wants" do
    assert_operator answer("long, 3000 words").first.split.size, :>=, 3_000
    assert_equal "length", answer("long", max_tokens: 5).last
    assert_equal "", answer("long", stop: -> { true }).first
  end

  test "it fails when asked to, in the middle" do
    assert_equal "provider_error", assert_raises(CableChat::ProviderError) { answer("Please fail.") }.code
  end

  test "a pace that is no number is named" do
    assert_raises(CableChat::ConfigError) { CableChat::Providers::Demo.new(tokens_per_second: "fast") }
  end
end
