# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::ConfigTest < ActiveSupport::TestCase
  include CableChatTestHelper

  BAD = { asks_per_minute: [ 0, -1, 1.5, "20", nil ], lease: [ 0, -1, "15", nil, Float::INFINITY ], message_bytes: [ 32 * 1_024 + 1 ],
          snapshot_bytes: [ 1_024, 256 * 1_024 + 1 ] }.freeze

  test "what cannot work is named, and changes nothing" do
    BAD.each do |name, values|
      values.each do |value|
        error = assert_raises(CableChat::ConfigError, "#{name}: #{value.inspect}") do
          CableChat.configure { |config| config.public_send("#{name}=", value) }
        end
        assert_match(/#{name} is #{Regexp.escape(value.inspect)}/, error.message)
      end
    end
    assert_equal 20, CableChat.config.asks_per_minute
  end

  test "times are seconds or durations" do
    CableChat.configure { |config| config.lease = 30.seconds }

    assert_match(/\+ 30000\z/, CableChat::Message.renewal)
  end

  test "a provider that does not exist is named with those that do" do
    CableChat.config.provider = "gpt"

    assert_match(/"gpt"; write one of demo, openai/, assert_raises(CableChat::ConfigError) { CableChat::Providers.current }.message)
  end
end
