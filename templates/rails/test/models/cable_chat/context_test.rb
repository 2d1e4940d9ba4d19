# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::ContextTest < ActiveSupport::TestCase
  include CableChatTestHelper

  def turns(tokens: 8_000, system: "")
    question, answer = ask("Last?")
    CableChat::Message.where(id: answer).update_all(status: "stopped")
    CableChat::Context.new(row(question), system: system, tokens: tokens).turns.map(&:values)
  end

  test "the newest turns that fit, in pairs; the question in any case" do
    ask_and_answer("One?", answer: "1")
    ask_and_answer("Two?", answer: "2")

    assert_equal [ %w[user One?], %w[assistant 1], %w[user Two?], %w[assistant 2], %w[user Last?] ], turns
    # 4 for the system prompt, 6 for each question, 5 for each answer.
    assert_equal [ %w[user Two?], %w[assistant 2], %w[user Last?] ], turns(tokens: 4 + 6 + 11)
    assert_equal [ %w[user Last?] ], turns(tokens: 4 + 6 + 10)
    assert_equal [ %w[user Last?] ], turns(tokens: 1)
    assert_equal [ %w[user Last?] ], turns(tokens: 4 + 6 + 11, system: "A long system prompt.")
  end

  test "what failed, or has no text, is left out with its question; what was stopped is not" do
    _, failed = ask_and_answer("Failed?")
    _, empty = ask_and_answer("Empty?", answer: "")
    _, stopped = ask_and_answer("Stopped?", answer: "Sto")
    CableChat::Message.where(id: failed).update_all(status: "failed")
    CableChat::Message.where(id: stopped).update_all(status: "stopped")

    assert_equal 0, row(empty).bytes
    assert_equal [ %w[user Stopped?], %w[assistant Sto], %w[user Last?] ], turns
  end

  test "an answer that was replaced is not told" do
    question, answer = ask_and_answer("One?", answer: "bad")
    again = act("regenerate", message_id: answer, client_id: uuid).sole["messages"].sole["id"]
    generate(again, ScriptedProvider.new("good"))

    assert_equal [ question, "good" ], [ row(again).in_reply_to, turns.second.last ]
  end

  test "tokens are estimated on the high side" do
    { "" => 0, "abc" => 1, "abcd" => 2, "éé" => 1, "漢字" => 2, "😀" => 2 }.each do |text, tokens|
      assert_equal tokens, CableChat::TokenEstimate.of(text), text
    end
  end
end
