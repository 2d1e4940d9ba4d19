# frozen_string_literal: true

require "test_helper"

# For tests that need somebody, and not how the application knows them.
module CableChatIdentityHelper
  extend ActiveSupport::Concern

  included do
    teardown { @identity_methods&.each { |name, method| CableChat::Identity.define_singleton_method(name, method) } }
  end

  # From now on, every request is this visitor's; nil: nobody's.
  def identify_as(visitor)
    @identity_methods ||= %i[of welcome].to_h { |name| [ name, CableChat::Identity.method(name) ] }
    %i[of welcome].each { |name| CableChat::Identity.define_singleton_method(name) { |_request| visitor } }
  end
end
